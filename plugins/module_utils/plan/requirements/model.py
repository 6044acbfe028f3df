# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stage 2, the Requirements-Spec: what the stack needs, expanded and with sizes, before anything is decided."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Bytes, Resources, Stage


class NodeNeed(Stage):
    """A machine, with the size that the spec or facts give; ``allocatable`` is what may be promised of it."""

    name: str
    type: str
    state: str
    site: str | None = None
    rack: str | None = None
    network: str | None = None
    address: str | None = None
    provider: str | None = None
    hypervisors: tuple[str, ...] = ()
    cluster: str | None = None
    roles: tuple[str, ...] = ()
    arch: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    devices: tuple[str, ...] = ()
    taints: tuple[str, ...] = ()
    size: Resources | None = None
    reserve: Resources = Resources()
    allocatable: Resources | None = None
    public: bool = False
    docker: bool = False
    origin: dict[str, str] = Field(default_factory=dict)


class VolumeNeed(Stage):
    """A volume of each instance of a service."""

    size: Bytes
    class_: str | None = Field(None, alias="class", serialization_alias="class")
    backup: bool = False
    path: str | None = None


class PortNeed(Stage):
    """A port that a service listens on; ``host`` is set when it must be that port of the host itself."""

    port: int
    protocol: str = "tcp"
    host: int | None = None


class InstanceNeed(Stage):
    """One instance of a service: its name, what each asks for, and where it may run (empty: anywhere)."""

    name: str
    targets: tuple[str, ...] = ()
    pinned: bool = False
    site: str | None = None


class Uses(Stage):
    """A capability that a service requires: who answers it."""

    type: str
    service: str | None = None
    version: str | None = None
    extensions: tuple[str, ...] = ()
    connections: int = 0
    share: str | None = None
    bundled: bool = False


class ServiceNeed(Stage):
    """A service with the figures of its kit and the wishes of the spec."""

    name: str
    kit: str | None
    kit_version: str | None = None
    app_version: str | None = None
    state: str
    namespace: str | None = None
    cluster: str | None = None
    tier: str = "app"
    each: str | None = None
    requests: Resources
    volumes: dict[str, VolumeNeed] = Field(default_factory=dict)
    ports: dict[str, PortNeed] = Field(default_factory=dict)
    provides: tuple[str, ...] = ()
    requires: dict[str, Uses] = Field(default_factory=dict)
    arch: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    stateful: bool = False
    instances: tuple[InstanceNeed, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    origin: dict[str, str] = Field(default_factory=dict)


class Edge(Stage):
    """``service`` comes after ``needs``; kind ``needs`` orders a deployment, ``uses`` only allows traffic."""

    service: str
    needs: str
    kind: str = "needs"
    origin: str


class Flow(Stage):
    """Traffic that has to be possible."""

    source: str
    target: str
    port: int | None = None
    protocol: str = "tcp"
    reason: str


class Requirements(Stage):
    """Stage 2 as a whole."""

    stack: str
    nodes: dict[str, NodeNeed]
    services: dict[str, ServiceNeed]
    edges: tuple[Edge, ...] = ()
    flows: tuple[Flow, ...] = ()
    unknowns: tuple[str, ...] = ()
