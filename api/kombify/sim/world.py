"""The world that a spec describes, as a lab: machines that exist already, and the Proxmox that makes the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedNode
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.groups import is_proxmox
from kombify.sim.hypervisors import ProxmoxNode, ProxmoxSettings, Storage
from kombify.sim.machine import Machine

FIRST_TEMPLATE = 9000
TEMPLATE_STEP = 100
"""A template has a number on each hypervisor, this far apart."""
IMAGE = "debian-13"
STORAGE = "local-lvm"
BRIDGE = "vmbr0"


@dataclass(frozen=True)
class World:
    """What a lab shall have. All of it is decided; nothing is there yet."""

    machines: Mapping[str, Machine] = field(default_factory=dict)
    """The machines that stand there before the first run."""
    stopped: frozenset[str] = frozenset()
    """Those of them that shall be switched off."""
    reached: tuple[str, ...] = ()
    """The hosts of the inventory that are, or will be, reached over SSH."""
    hypervisors: tuple[str, ...] = ()
    """The hosts of the inventory that the simulated Proxmox plays."""
    proxmox: ProxmoxSettings | None = None


def describe_world(unified: Unified) -> World:
    """Return the world of a plan."""
    present = [node for node in unified.nodes.values() if node.state != "absent"]
    played = [node.name for node in present if is_proxmox(node, unified)]
    vms = [node for node in present if node.hypervisor in played]
    machines = [node for node in present if node.type != "hypervisor" and node not in vms and node.address]
    return World(
        machines={node.name: _machine(node, unified) for node in machines},
        stopped=frozenset(node.name for node in machines if node.state == "stopped"),
        reached=tuple(node.name for node in [*machines, *vms]),
        hypervisors=tuple(played),
        proxmox=_proxmox(unified, played, vms) if played else None,
    )


def _machine(node: UnifiedNode, unified: Unified) -> Machine:
    network = unified.networks.get(node.network or "")
    prefix = ip_network(network.cidr).prefixlen if network else 32
    return Machine(name=node.name, address=f"{node.address}/{prefix}", memory=node.memory, user=node.ssh_user or "root")


def _proxmox(unified: Unified, hypervisors: Iterable[str], vms: Iterable[UnifiedNode]) -> ProxmoxSettings:
    """Return one cluster with all hypervisors, whatever provider they belong to."""
    nodes = {name: _hypervisor(unified.nodes[name]) for name in hypervisors}
    providers = [provider for provider in unified.providers.values() if provider.type == "proxmox"]
    storages = {provider.storage or STORAGE for provider in providers} or {STORAGE}
    images = sorted({vm.image or IMAGE for vm in vms}) or [IMAGE]
    taken = {vm.vmid for vm in unified.nodes.values() if vm.vmid is not None}
    return ProxmoxSettings(
        nodes=nodes,
        templates=dict(zip(images, _template_numbers(taken, len(nodes)), strict=False)),
        bridges=_bridges(unified),
        storages={name: Storage() for name in sorted(storages)},
    )


def _hypervisor(node: UnifiedNode) -> ProxmoxNode:
    usual = ProxmoxNode()
    return ProxmoxNode(cores=(node.cpu or 0) // 1000 or usual.cores, memory=node.memory or usual.memory)


def _template_numbers(taken: set[int], hypervisors: int) -> Iterator[int]:
    """Count up numbers that no VM has on any hypervisor."""
    number = FIRST_TEMPLATE
    while True:
        if taken.isdisjoint(number + TEMPLATE_STEP * place for place in range(hypervisors)):
            yield number
        number += 1


def _bridges(unified: Unified) -> dict[str, str | None]:
    """Return the bridges that VMs are connected to, each with the network behind it."""
    found: dict[str, str | None] = {provider.bridge: None for provider in unified.providers.values() if provider.bridge}
    for network in unified.networks.values():
        if network.bridge and found.get(network.bridge) is None:
            found[network.bridge] = network.cidr
    return found or {BRIDGE: None}
