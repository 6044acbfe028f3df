# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of single machines: how to reach them, what they are, and the inputs of the roles that work on them."""

from __future__ import annotations

from ipaddress import ip_network

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    Unified,
    UnifiedLink,
    UnifiedNode,
)
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.groups import is_proxmox
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.hypervisors import VM_USER, proxmox_vars
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.kubespray import member_vars
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import Vars
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.workloads import Workloads


def host_vars(node: UnifiedNode, unified: Unified, workloads: Workloads) -> Vars:
    """Return the variables of one machine; what is not known is left out."""
    found = _identity(node)
    if node.state == "absent":
        return found
    cluster = unified.clusters.get(node.cluster or "")
    if cluster is not None:
        found |= member_vars(cluster, node)
    found |= _prepare(node, unified)
    if is_proxmox(node, unified):
        found |= proxmox_vars(node, unified)
    if node.links:
        found["pangolin_links"] = [_link(unified.links[name], node.name) for name in node.links]
    return found | workloads.of_host(node.name)


def _identity(node: UnifiedNode) -> Vars:
    return _known(
        ansible_host=node.address,
        ansible_user=node.ssh_user or (VM_USER if node.hypervisor else None),
        ansible_port=node.ssh_port,
        kombify_type=node.type,
        kombify_state=node.state,
        kombify_site=node.site,
        kombify_rack=node.rack,
        kombify_network=node.network,
        kombify_arch=node.arch,
        kombify_cluster=node.cluster,
        kombify_hypervisor=node.hypervisor,
        kombify_labels=dict(node.labels) or None,
    )


def _prepare(node: UnifiedNode, unified: Unified) -> Vars:
    network = unified.networks.get(node.network or "")
    return _known(
        prepare_docker=(node.docker and bool(node.services)) or None,
        prepare_ports=list(node.ports) or None,
        prepare_dns=list(network.dns) if network and network.dns else None,
    )


def _link(link: UnifiedLink, node: str) -> Vars:
    """Return one VPN as this machine sees it.

    Only the server gets the list of its peers; the others find theirs in the group ``link_NAME``:
    written out for everyone, a mesh of a thousand machines would have a million entries.
    """
    server = link.server == node
    peers = [{"name": name, "address": address} for name, address in link.members.items() if name != node]
    return _known(
        name=link.name,
        type=link.type,
        role="server" if server else "member",
        address=f"{link.members[node]}/{ip_network(link.cidr).prefixlen}",
        cidr=link.cidr,
        port=link.port,
        protocol=link.protocol,
        server=link.server,
        endpoint=link.endpoint,
        peers=peers if server else None,
    )


def _known(**values: object) -> Vars:
    return {name: value for name, value in values.items() if value is not None}
