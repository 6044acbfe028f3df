# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of a Kubernetes cluster, under the names that kubespray knows."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import UnifiedCluster, UnifiedNode

FIRST_WITHOUT_V = (2, 28)
"""From this release on kubespray writes versions as 1.28.5, before as v1.28.5; the wrong form finds no checksum."""

PLAIN_GROUPS = ("kube_control_plane", "etcd", "kube_node", "k8s_cluster")

_CALICO = {
    "IPIP": ("Always", "Never", "bird"),
    "IPIPCrossSubnet": ("CrossSubnet", "Never", "bird"),
    "VXLAN": ("Never", "Always", "vxlan"),
    "VXLANCrossSubnet": ("Never", "CrossSubnet", "vxlan"),
    "None": ("Never", "Never", "bird"),
}
_CILIUM = {"VXLAN": "vxlan", "None": "disabled"}
_FLANNEL = {"VXLAN": "vxlan", "VXLANCrossSubnet": "vxlan", "None": "host-gw"}
_LABEL_NAME = re.compile(r"(?=.{1,63}\Z)[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?\Z")
_LABEL_PREFIX = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\Z")
_RELEASE = re.compile(r"v?([0-9]+)\.([0-9]+)")
_BLOCK, _SMALLER_BLOCK = 24, 25


def kubespray_vars(cluster: UnifiedCluster) -> dict[str, Any]:
    """Return the variables of one cluster."""
    return {
        "cluster_name": cluster.name,
        "dns_domain": cluster.dns_domain,
        "kube_version": version_text(cluster.version, cluster.kubespray),
        "kube_apiserver_port": int(re.split("[/-]", cluster.ports["api"])[0]),
        "kube_pods_subnet": cluster.pod_cidr,
        "kube_service_addresses": cluster.service_cidr,
        "kube_network_node_prefix": node_prefix(cluster),
        "kube_network_plugin": cluster.cni["name"],
        **_cni_vars(cluster),
    }


def version_text(version: str, release: str | None) -> str:
    """Return a version as a release of kubespray wants it; an unnamed or unusual release counts as new."""
    found = _RELEASE.match(release or "")
    number = version.removeprefix("v")
    old = found is not None and (int(found[1]), int(found[2])) < FIRST_WITHOUT_V
    return f"v{number}" if old else number


def node_prefix(cluster: UnifiedCluster) -> int:
    """Return the size of a node's part of the pod network: /24, or /25 where that is not enough for all nodes."""
    network = ipaddress.ip_network(cluster.pod_cidr)
    nodes = len({*cluster.control_plane, *cluster.workers})
    too_few = network.version == 4 and 2 ** max(0, _BLOCK - network.prefixlen) < nodes
    return _SMALLER_BLOCK if too_few else _BLOCK


def _cni_vars(cluster: UnifiedCluster) -> dict[str, Any]:
    name, version = cluster.cni["name"], cluster.cni.get("version")
    mode = cluster.cni.get("encapsulation")
    found: dict[str, Any] = {}
    if version is not None:
        found[f"{name.replace('-', '_')}_version"] = version_text(version, cluster.kubespray)
    if name == "calico" and mode in _CALICO:
        found["calico_ipip_mode"], found["calico_vxlan_mode"], found["calico_network_backend"] = _CALICO[mode]
    elif name == "cilium" and mode in _CILIUM:
        found["cilium_tunnel_mode"] = _CILIUM[mode]
    elif name == "flannel" and mode in _FLANNEL:
        found["flannel_backend_type"] = _FLANNEL[mode]
        if mode == "VXLANCrossSubnet":
            found["flannel_vxlan_direct_routing"] = True
    return found


def member_vars(cluster: UnifiedCluster, node: UnifiedNode) -> dict[str, Any]:
    """Return what kubespray wants to know of one machine of a cluster."""
    found: dict[str, Any] = {}
    if node.address is not None and _is_ip(node.address):
        found |= {"ip": node.address, "access_ip": node.address}
    if node.name in cluster.etcd:
        # kubespray joins members as etcd1, etcd2, … in the order of the group: no other names work.
        found["etcd_member_name"] = f"etcd{cluster.etcd.index(node.name) + 1}"
    found["node_labels"] = {key: value for key, value in node.labels.items() if is_kubernetes_label(key, value)}
    found["node_taints"] = list(node.taints)
    return found


def is_kubernetes_label(key: str, value: str) -> bool:
    """Tell whether Kubernetes takes a label; ours may hold any text, also text that a machine reported."""
    prefix, slash, name = key.rpartition("/")
    return (
        bool(_LABEL_NAME.match(name))
        and (not slash or bool(_LABEL_PREFIX.match(prefix)))
        and (value == "" or bool(_LABEL_NAME.match(value)))
    )


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
