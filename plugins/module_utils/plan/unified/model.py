# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stage 3, the Unified-Spec: what will be, with nothing left to decide."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Bytes, Millicores, Seconds, Stage


class UnifiedNode(Stage):
    """A machine as it will be."""

    name: str
    type: str
    state: str
    address: str | None = None
    ssh_user: str | None = None
    ssh_port: int | None = None
    site: str | None = None
    rack: str | None = None
    network: str | None = None
    provider: str | None = None
    hypervisor: str | None = None
    vmid: int | None = None
    mac: str | None = None
    image: str | None = None
    region: str | None = None
    size: str | None = None
    cpu: Millicores | None = None
    memory: Bytes | None = None
    disk: Bytes | None = None
    disks: dict[str, Bytes] = Field(default_factory=dict)
    arch: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    taints: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    cluster: str | None = None
    roles: tuple[str, ...] = ()
    links: dict[str, str] = Field(default_factory=dict)
    docker: bool = False
    edge: dict[str, str] | None = None
    ports: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    power: dict[str, Any] | None = None
    vars: dict[str, Any] = Field(default_factory=dict)
    origin: dict[str, str] = Field(default_factory=dict)


class UnifiedProvider(Stage):
    """An API that makes machines; its token is a reference, never the value."""

    name: str
    type: str
    api: str | None = None
    token: str | None = None
    storage: str | None = None
    bridge: str | None = None
    verify_tls: bool = True


class UnifiedNetwork(Stage):
    """A subnet."""

    name: str
    cidr: str
    site: str | None = None
    vlan: int | None = None
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    bridge: str | None = None


class UnifiedLink(Stage):
    """A VPN: its server and the address of every member."""

    name: str
    type: str
    server: str | None = None
    endpoint: str | None = None
    cidr: str
    port: int
    protocol: str
    members: dict[str, str] = Field(default_factory=dict)


class UnifiedCluster(Stage):
    """A Kubernetes cluster."""

    name: str
    type: str
    version: str
    kubespray: str | None = None
    control_plane: tuple[str, ...]
    workers: tuple[str, ...] = ()
    etcd: tuple[str, ...] = ()
    schedule_on_control_plane: bool = False
    cni: dict[str, Any]
    storage: dict[str, Any]
    ports: dict[str, str]
    ingress: dict[str, Any] | None = None
    namespaces: tuple[str, ...] = ()
    pod_cidr: str
    service_cidr: str
    dns_domain: str
    vars: dict[str, Any] = Field(default_factory=dict)


class Instance(Stage):
    """One instance of a service and its place; no place means that it waits for facts or does not fit."""

    name: str
    on: str | None = None
    ports: dict[str, int] = Field(default_factory=dict)


class UnifiedService(Stage):
    """A service as it will be."""

    name: str
    kit: str | None = None
    kit_version: str | None = None
    app_version: str | None = None
    state: str
    target: str = Field(description="compose or helm, or none for a service that waits.")
    cluster: str | None = None
    namespace: str | None = None
    tier: str
    wave: int
    needs: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()
    host: str | None = None
    ports: dict[str, int] = Field(default_factory=dict)
    urls: tuple[str, ...] = ()
    cpu: Millicores = 0
    memory: Bytes = 0
    volumes: dict[str, Bytes] = Field(default_factory=dict)
    databases: dict[str, str] = Field(default_factory=dict)
    params: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)
    backups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    config_hash: str
    origin: dict[str, str] = Field(default_factory=dict)


class Tenant(Stage):
    """One consumer's database inside an instance: its names, and where its password is kept."""

    service: str
    database: str
    user: str
    password: str
    connections: int = 0


class DatabaseInstance(Stage):
    """One instance of an engine, shared by the consumers of a share unit or dedicated to one."""

    name: str
    engine: str
    version: str | None = None
    service: str
    unit: str
    host: str
    port: int
    extensions: tuple[str, ...] = ()
    dedicated: bool = False
    reason: str = ""
    tenants: tuple[Tenant, ...] = ()
    memory: Bytes = 0
    memory_alone: Bytes = 0
    connections: int = 0
    max_connections: int | None = None


class BackupJob(Stage):
    """One policy with the services and nodes it covers."""

    name: str
    engine: str
    cron: str
    of: tuple[str, ...] = ()
    keep: dict[str, int]
    target: str
    jitter: Seconds | None = None
    bandwidth: int | None = None


class Unified(Stage):
    """Stage 3 as a whole."""

    stack: str
    domain: str | None = None
    timezone: str
    vault: str | None = Field(default=None, description="The address of a Vault outside of this stack.")
    spec_digest: str
    facts_digest: str
    nodes: dict[str, UnifiedNode]
    providers: dict[str, UnifiedProvider] = Field(default_factory=dict)
    networks: dict[str, UnifiedNetwork] = Field(default_factory=dict)
    links: dict[str, UnifiedLink] = Field(default_factory=dict)
    clusters: dict[str, UnifiedCluster] = Field(default_factory=dict)
    services: dict[str, UnifiedService] = Field(default_factory=dict)
    databases: dict[str, DatabaseInstance] = Field(default_factory=dict)
    waves: tuple[tuple[str, ...], ...] = ()
    backups: dict[str, BackupJob] = Field(default_factory=dict)
    unchecked: tuple[str, ...] = ()
