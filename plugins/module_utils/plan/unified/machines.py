# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines, networks and links as they will be: addresses, hypervisors, VMIDs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.addresses import link_addresses, network_pool
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    UnifiedCluster,
    UnifiedLink,
    UnifiedNetwork,
    UnifiedNode,
    UnifiedProvider,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Link, Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope

FIRST_VMID = 100


def node_addresses(spec: Spec, nodes: Mapping[str, NodeNeed], lock: Lock) -> dict[str, str]:
    """Return every node's address: written, else locked, else the lowest free one of its network."""
    found = {name: node.address for name, node in nodes.items() if node.address is not None}
    waiting: dict[str, list[str]] = {}
    for name, node in nodes.items():
        if node.address is None and node.network in spec.stack.networks and node.state != "absent":
            waiting.setdefault(node.network, []).append(name)
    for network, names in waiting.items():
        used = [node.address for node in nodes.values() if node.network == network and node.address]
        pool = network_pool(spec.stack.networks[network], used)
        for name in sorted(names, key=lambda one: (one not in lock.addresses, natural(one))):
            address = pool.give(lock.addresses.get(name))
            if address is not None:
                found[name] = address
    return found


def vmids(spec: Spec, hosted: Mapping[str, str], lock: Lock) -> dict[str, int]:
    """Return the VMID of every VM that is placed on a hypervisor: written, else locked, else the lowest free one."""
    found = {name: node.vmid for name, node in spec.stack.nodes.items() if node.vmid is not None and name in hosted}
    kept = {name: number for name, number in lock.vmids.items() if name in hosted and name not in found}
    taken = set(found.values())
    for name in sorted(kept, key=natural):
        if kept[name] not in taken:
            found[name] = kept[name]
            taken.add(kept[name])
    candidate = FIRST_VMID
    for name in sorted(set(hosted) - set(found), key=natural):
        while candidate in taken:
            candidate += 1
        found[name] = candidate
        taken.add(candidate)
    return found


def build_links(spec: Spec, scope: Scope, addresses: Mapping[str, str], lock: Lock) -> dict[str, UnifiedLink]:
    """Return the links with the address of every member."""
    return {name: _link(name, link, scope, addresses, lock) for name, link in sorted(spec.stack.links.items())}


def _link(name: str, link: Link, scope: Scope, addresses: Mapping[str, str], lock: Lock) -> UnifiedLink:
    members = scope.chosen(link.members)
    everyone = list(dict.fromkeys([*([link.server] if link.server else []), *members, *link.addresses]))
    port, _slash, protocol = link.port.partition("/")
    given = link_addresses(link, everyone, lock.links.get(name, {}))
    return UnifiedLink(
        name=name,
        type=link.type,
        server=link.server,
        endpoint=addresses.get(link.server) if link.server else None,
        cidr=link.cidr,
        port=int(port.partition("-")[0]),
        protocol=protocol or "udp",
        members={node: given[node] for node in sorted(given, key=natural)},
    )


def build_providers(spec: Spec) -> dict[str, UnifiedProvider]:
    """Return the providers, with references where secrets are."""
    return {
        name: UnifiedProvider(
            name=name,
            type=provider.type,
            api=provider.api,
            token=provider.token,
            storage=provider.storage,
            bridge=provider.bridge,
            verify_tls=provider.verify_tls,
        )
        for name, provider in sorted(spec.stack.providers.items())
    }


def build_networks(spec: Spec) -> dict[str, UnifiedNetwork]:
    """Return the networks."""
    return {
        name: UnifiedNetwork(
            name=name,
            cidr=network.cidr,
            site=network.site,
            vlan=network.vlan,
            gateway=network.gateway,
            dns=network.dns,
            bridge=network.bridge,
        )
        for name, network in sorted(spec.stack.networks.items(), key=lambda pair: natural(pair[0]))
    }


def build_clusters(spec: Spec, nodes: Mapping[str, NodeNeed]) -> dict[str, UnifiedCluster]:
    """Return the Kubernetes clusters with their members in natural order."""
    found = {}
    for name, cluster in sorted(spec.stack.clusters.items()):
        members = [node for node in nodes.values() if node.cluster == name and node.state != "absent"]
        found[name] = UnifiedCluster(
            name=name,
            type=cluster.type,
            version=cluster.version.removeprefix("v"),
            kubespray=cluster.kubespray,
            control_plane=tuple(node.name for node in members if "control_plane" in node.roles),
            workers=tuple(node.name for node in members if "worker" in node.roles),
            etcd=tuple(node.name for node in members if "etcd" in node.roles),
            schedule_on_control_plane=cluster.schedule_on_control_plane,
            cni=cluster.cni.model_dump(exclude_none=True),
            storage=cluster.storage.model_dump(exclude_none=True),
            ports=cluster.ports.model_dump(),
            ingress=cluster.ingress.model_dump(by_alias=True, exclude_none=True) if cluster.ingress else None,
            namespaces=cluster.namespaces,
            pod_cidr=cluster.pod_cidr,
            service_cidr=cluster.service_cidr,
            dns_domain=cluster.dns_domain,
            vars=cluster.vars,
        )
    return found


def build_node(
    need: NodeNeed, spec: Spec, placed: Mapping[str, Any], links: Mapping[str, UnifiedLink], services: tuple[str, ...]
) -> UnifiedNode:
    """Return a machine as it will be; ``placed`` holds its address, hypervisor and VMID."""
    node = spec.stack.nodes[need.name]
    hypervisor = placed.get("hypervisor")
    provider_name = node.provider or (spec.stack.nodes[hypervisor].provider if hypervisor else None)
    provider = spec.stack.providers.get(provider_name or "")
    return UnifiedNode(
        name=need.name,
        type=need.type,
        state=need.state,
        address=placed.get("address"),
        ssh_user=node.user,
        ssh_port=node.port,
        site=need.site,
        rack=need.rack,
        network=need.network,
        provider=provider_name,
        hypervisor=hypervisor,
        vmid=placed.get("vmid"),
        mac=node.mac,
        image=node.image or node.template or (provider.template if provider else None),
        region=node.region or (provider.region if provider else None),
        size=node.size,
        cpu=need.size.cpu if need.size else node.cpu,
        memory=need.size.memory if need.size else node.memory,
        disk=node.disk,
        disks={name: disk.size for name, disk in sorted(node.disks.items())},
        arch=need.arch,
        labels=dict(sorted(need.labels.items())),
        taints=need.taints,
        devices=need.devices,
        cluster=need.cluster,
        roles=need.roles,
        links={name: link.members[need.name] for name, link in links.items() if need.name in link.members},
        docker=need.docker,
        edge=node.edge.model_dump() if node.edge else None,
        ports=node.ports,
        services=services,
        power=node.power.model_dump(exclude_none=True) if node.power else None,
        vars=node.vars,
        origin=_origin(need, node, placed),
    )


def _origin(need: NodeNeed, node: Node, placed: Mapping[str, Any]) -> dict[str, str]:
    origin = dict(need.origin)
    for key in ("address", "hypervisor", "vmid"):
        if placed.get(key) is not None:
            origin[key] = str(placed[f"{key}_origin"])
    return origin
