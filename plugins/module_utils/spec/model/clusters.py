# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes clusters."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Anything,
    Cidr,
    Part,
    Port,
    Selector,
    Version,
    Words,
)

CniName = Literal["calico", "cilium", "flannel", "kube-ovn"]
StorageName = Literal["openebs", "longhorn", "local-path", "ceph"]


Encapsulation = Literal["IPIP", "IPIPCrossSubnet", "VXLAN", "VXLANCrossSubnet", "None"]


class Cni(Part):
    """The pod network: its name, version and options."""

    name: CniName = "calico"
    version: Version | None = None
    encapsulation: Encapsulation | None = None


class ClusterStorage(Part):
    """Where volumes come from: the engine and its kind of volume."""

    engine: StorageName = "openebs"
    mode: str | None = None


class ClusterPorts(Part):
    """Ports of the control plane."""

    api: Port = "6443"
    etcd: Port = "2379-2380"


class Ingress(Part):
    """How requests reach the cluster."""

    service: str = "traefik"
    from_: str | None = Field(default=None, alias="from", description="The node at the edge.")
    via: str | None = Field(default=None, description="The link between edge and cluster.")
    mtls: bool = False


class ShortCni(Part):
    """The pod network by its name, with its version behind it."""

    calico: Version | None = None
    cilium: Version | None = None
    flannel: Version | None = None
    kube_ovn: Version | None = Field(default=None, alias="kube-ovn")
    encapsulation: Encapsulation | None = None


class ShortStorage(Part):
    """The engine by its name, with its kind of volume behind it."""

    openebs: str | None = None
    longhorn: str | None = None
    local_path: str | None = Field(default=None, alias="local-path")
    ceph: str | None = None


def _short_cni(value: Any) -> Any:
    """``calico`` and ``{calico: 3.28.0, …}`` are short for name and version."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and "name" not in value:
        named = [name for name in get_args(CniName) if name in value]
        if len(named) == 1:
            rest = {key: item for key, item in value.items() if key != named[0]}
            return {"name": named[0], "version": value[named[0]], **rest}
    return value


def _short_storage(value: Any) -> Any:
    """``openebs`` and ``{openebs: hostpath}`` are short for engine and mode."""
    if isinstance(value, str):
        return {"engine": value}
    if isinstance(value, dict) and "engine" not in value:
        named = [name for name in get_args(StorageName) if name in value]
        if len(named) == 1 and len(value) == 1:
            return {"engine": named[0], "mode": value[named[0]]}
    return value


class Cluster(Part):
    """A Kubernetes cluster made by kubespray."""

    type: Literal["kubespray"] = "kubespray"
    version: Version = Field(description="The version of Kubernetes, such as 1.34.3.")
    kubespray: Version | None = Field(
        default=None,
        description="The release of kubespray; chosen by version when left out.",
    )
    control_plane: Selector
    workers: Selector = ()
    etcd: Selector | None = Field(
        default=None,
        description="Where etcd runs; the control plane unless said otherwise.",
    )
    schedule_on_control_plane: bool = False
    cni: Annotated[Cni, BeforeValidator(_short_cni, json_schema_input_type=CniName | ShortCni | Cni)] = Cni()
    storage: Annotated[
        ClusterStorage,
        BeforeValidator(_short_storage, json_schema_input_type=StorageName | ShortStorage | ClusterStorage),
    ] = ClusterStorage()
    ports: ClusterPorts = ClusterPorts()
    ingress: Ingress | None = None
    namespaces: Words = ()
    pod_cidr: Cidr = "10.233.64.0/18"
    service_cidr: Cidr = "10.233.0.0/18"
    dns_domain: str = "cluster.local"
    vars: Anything = Field(default_factory=dict, description="Plain kubespray variables; templates work here.")
    note: str | None = None
