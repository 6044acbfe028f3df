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

    name: CniName = Field(default="calico", description="The plugin that makes the pod network.")
    version: Version | None = Field(default=None, description="Its version; that of kubespray when left out.")
    encapsulation: Encapsulation | None = Field(default=None, description="How Calico wraps packets between nodes.")


class ClusterStorage(Part):
    """Where volumes come from: the engine and its kind of volume."""

    engine: StorageName = Field(default="openebs", description="What makes volumes.")
    mode: str | None = Field(default=None, description="The engine's kind of volume, such as hostpath.")


class ClusterPorts(Part):
    """Ports of the control plane."""

    api: Port = Field(default="6443", description="The port of the Kubernetes API.")
    etcd: Port = Field(default="2379-2380", description="The ports of etcd.")


class Ingress(Part):
    """How requests reach the cluster."""

    service: str = Field(default="traefik", description="The service that is the ingress.")
    from_: str | None = Field(default=None, alias="from", description="The node at the edge.")
    via: str | None = Field(default=None, description="The link between edge and cluster.")
    mtls: bool = Field(default=False, description="Encrypt between edge and cluster, with certificates on both sides.")


class ShortCni(Part):
    """The pod network by its name, with its version behind it."""

    calico: Version | None = Field(default=None, description="Calico, in this version.")
    cilium: Version | None = Field(default=None, description="Cilium, in this version.")
    flannel: Version | None = Field(default=None, description="Flannel, in this version.")
    kube_ovn: Version | None = Field(default=None, alias="kube-ovn", description="Kube-OVN, in this version.")
    encapsulation: Encapsulation | None = Field(default=None, description="How Calico wraps packets between nodes.")


class ShortStorage(Part):
    """The engine by its name, with its kind of volume behind it."""

    openebs: str | None = Field(default=None, description="OpenEBS, with this kind of volume.")
    longhorn: str | None = Field(default=None, description="Longhorn, with this kind of volume.")
    local_path: str | None = Field(
        default=None, alias="local-path", description="The local path provisioner, with this kind of volume."
    )
    ceph: str | None = Field(default=None, description="Ceph, with this kind of volume.")


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

    type: Literal["kubespray"] = Field(default="kubespray", description="What makes the cluster.")
    version: Version = Field(description="The version of Kubernetes, such as 1.34.3.")
    kubespray: Version | None = Field(
        default=None,
        description="The release of kubespray; chosen by version when left out.",
    )
    control_plane: Selector = Field(description="The nodes that run the control plane.")
    workers: Selector = Field(default=(), description="The nodes that run workloads.")
    etcd: Selector | None = Field(
        default=None,
        description="Where etcd runs; the control plane unless said otherwise.",
    )
    schedule_on_control_plane: bool = Field(default=False, description="Whether the control plane runs workloads too.")
    cni: Annotated[Cni, BeforeValidator(_short_cni, json_schema_input_type=CniName | ShortCni | Cni)] = Field(
        default=Cni(), description="The pod network."
    )
    storage: Annotated[
        ClusterStorage,
        BeforeValidator(_short_storage, json_schema_input_type=StorageName | ShortStorage | ClusterStorage),
    ] = Field(default=ClusterStorage(), description="Where volumes come from.")
    ports: ClusterPorts = Field(default=ClusterPorts(), description="Ports of the control plane.")
    ingress: Ingress | None = Field(default=None, description="How requests reach the cluster.")
    namespaces: Words = Field(default=(), description="Namespaces besides those of the services.")
    pod_cidr: Cidr = Field(default="10.233.64.0/18", description="The network of the pods.")
    service_cidr: Cidr = Field(default="10.233.0.0/18", description="The network of the Kubernetes services.")
    dns_domain: str = Field(default="cluster.local", description="The domain of names inside the cluster.")
    vars: Anything = Field(default_factory=dict, description="Plain kubespray variables; templates work here.")
    note: str | None = Field(default=None, description="Text for people.")
