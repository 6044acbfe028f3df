# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which groups there are, and who is in them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedNode
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.kubespray import PLAIN_GROUPS
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.names import (
    Label,
    group_name,
    label_groups,
)
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import GroupPlan

SET_ASIDE = "set_aside"
"""The machines that no stage works on."""
SWITCHED_OFF = (group_name("state", "absent"), group_name("state", "stopped"))


class Groups(dict[str, GroupPlan]):
    """Groups that come into being when they are named."""

    def __missing__(self, name: str) -> GroupPlan:
        self[name] = GroupPlan(hosts=[], children=[], vars={}, templates={})
        return self[name]


def build_groups(unified: Unified) -> Groups:
    """Return all groups, in a fixed order, with hosts in the order of the nodes and no variables yet."""
    groups = Groups()
    for name in unified.clusters:
        _add_cluster(name, unified, groups)
    labels = label_groups({label for node in unified.nodes.values() for label in node.labels.items()})
    running = _services_of_nodes(unified)
    memberships = sorted(
        (group, position)
        for position, node in enumerate(unified.nodes.values())
        for group in _groups_of(node, unified, labels, running.get(node.name, ()))
    )
    names = list(unified.nodes)
    for group, position in memberships:
        groups[group]["hosts"].append(names[position])
    for link in sorted(unified.links):
        groups["links"]["children"].append(group_name("link", link))
    # It is there also when it is empty: plays name it, and Ansible would warn of a group that does not exist.
    groups[SET_ASIDE]["children"] = [name for name in SWITCHED_OFF if name in groups]
    return groups


def _add_cluster(name: str, unified: Unified, groups: Groups) -> None:
    """Add kubespray's groups of a cluster, in kubespray's order of members.

    kubespray makes one cluster of its groups. So its plain names are used by a stack with one cluster;
    in a stack with several each has its own (``kube_node_berlin``), and the plain ones do not exist:
    kubespray then stops instead of melting clusters together.
    """
    control_plane, etcd, kube_node, k8s_cluster = cluster_groups(name, unified)
    cluster = unified.clusters[name]
    groups[group_name("cluster", name)]["children"] = [k8s_cluster, etcd]
    groups[control_plane]["hosts"] = list(cluster.control_plane)
    groups[etcd]["hosts"] = list(cluster.etcd)
    groups[kube_node]["hosts"] = pod_nodes(name, unified)
    groups[k8s_cluster]["children"] = [control_plane, kube_node]


def cluster_groups(name: str, unified: Unified) -> tuple[str, ...]:
    """Return the names of a cluster's groups, in the order of kubespray's plain names."""
    if len(unified.clusters) == 1:
        return PLAIN_GROUPS
    return tuple(group_name(plain, name) for plain in PLAIN_GROUPS)


def pod_nodes(name: str, unified: Unified) -> list[str]:
    """Return the machines of a cluster that run pods."""
    cluster = unified.clusters[name]
    own = cluster.control_plane if cluster.schedule_on_control_plane else ()
    return list(dict.fromkeys([*own, *cluster.workers]))


def _services_of_nodes(unified: Unified) -> dict[str, list[str]]:
    """Return the services on each machine; one in a cluster may run on every machine that runs pods."""
    found: dict[str, list[str]] = {}
    for service in unified.services.values():
        if service.state == "absent":
            continue
        places = (
            pod_nodes(service.cluster, unified)
            if service.cluster in unified.clusters
            else [instance.on for instance in service.instances if instance.on is not None]
        )
        for place in dict.fromkeys(places):
            found.setdefault(place, []).append(service.name)
    return found


def _groups_of(
    node: UnifiedNode, unified: Unified, labels: dict[Label, str], services: tuple[str, ...] | list[str]
) -> Iterator[str]:
    """Name the groups of one machine, except those that a cluster has for itself."""
    if node.state != "present":
        yield group_name("state", node.state)
    if node.state == "absent":
        return
    yield group_name("type", node.type)
    for family, value in (("site", node.site), ("network", node.network), ("arch", node.arch)):
        if value is not None:
            yield group_name(family, value)
    for label in node.labels.items():
        yield labels[label]
    for link in node.links:
        yield group_name("link", link)
    for service in services:
        yield group_name("service", service)
    if is_proxmox(node, unified):
        yield "proxmox_hypervisors"
    if is_gateway(node, unified):
        yield "gateways"
    if node.docker:
        yield "docker_hosts"


def is_proxmox(node: UnifiedNode, unified: Unified) -> bool:
    """Tell whether a machine is a hypervisor of Proxmox; one without a provider counts as such."""
    provider = unified.providers.get(node.provider or "")
    return node.type == "hypervisor" and (provider is None or provider.type == "proxmox")


def is_gateway(node: UnifiedNode, unified: Unified) -> bool:
    """Tell whether traffic enters here: the public edge, or the server of a link."""
    return node.edge is not None or any(unified.links[link].server == node.name for link in node.links)
