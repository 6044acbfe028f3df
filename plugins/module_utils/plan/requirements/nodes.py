# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines with their sizes: what the spec says, else what facts found, less what is kept back."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts, ForeignUse, NodeFacts
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope, node_type

GIB = 2**30
DOCKER_TYPES = frozenset({"server", "nas", "pc", "sbc", "vps", "vm"})
DEFAULT_CPU_FACTOR = 4


def build_nodes(spec: Spec, scope: Scope, facts: Facts) -> dict[str, NodeNeed]:
    """Return every declared machine in natural order."""
    roles = _roles(spec, scope)
    return {
        name: _node(name, spec, scope, facts, roles.get(name, ())) for name in sorted(spec.stack.nodes, key=natural)
    }


def _roles(spec: Spec, scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return per node its cluster and what it does there: ``(cluster, control_plane, etcd, worker)``."""
    found: dict[str, tuple[str, ...]] = {}
    for name, cluster in spec.stack.clusters.items():
        parts = {
            "control_plane": scope.chosen(cluster.control_plane),
            "etcd": scope.chosen(cluster.etcd or cluster.control_plane),
            "worker": scope.chosen(cluster.workers),
        }
        for node in sorted({node for members in parts.values() for node in members}, key=natural):
            own = tuple(role for role, members in parts.items() if node in members)
            found.setdefault(node, (name, *own))
    return found


def _node(name: str, spec: Spec, scope: Scope, facts: Facts, roles: tuple[str, ...]) -> NodeNeed:
    node = spec.stack.nodes[name]
    found = facts.nodes.get(name)
    provider = spec.stack.providers.get(node.provider or "")
    kind = node_type(node, provider.type if provider else None)
    size = _size(node, found)
    reserve = _reserve(node, kind, size)
    cluster = roles[0] if roles else None
    return NodeNeed(
        name=name,
        type=kind,
        state=node.state,
        site=scope.site_of(node),
        rack=node.rack,
        network=node.network,
        address=node.address,
        provider=node.provider,
        hypervisors=scope.chosen(node.runs_on) if node.runs_on else (),
        cluster=cluster,
        roles=roles[1:],
        arch=node.arch or (found.arch if found else None),
        labels={**(found.labels if found else {}), **node.labels},
        devices=tuple(sorted({*node.devices, *(found.devices if found else ())})),
        taints=node.taints,
        size=size,
        reserve=reserve,
        allocatable=_allocatable(spec, size, reserve, found),
        public=kind == "vps" or bool(node.ports) or node.edge is not None,
        docker=cluster is None and kind in DOCKER_TYPES,
        origin=_origin(name, spec, node, found),
    )


def _size(node: Node, found: NodeFacts | None) -> Resources | None:
    """Return the size when all of it is known; a half-known size would place things on guesses."""
    cpu = node.cpu if node.cpu is not None else (found.cpu * 1000 if found and found.cpu is not None else None)
    memory = node.memory if node.memory is not None else (found.memory if found else None)
    disks = sum(disk.size for disk in node.disks.values())
    storage = node.disk + disks if node.disk is not None else (found.storage if found else disks or None)
    if cpu is None or memory is None or storage is None:
        return None
    return Resources(memory=memory, storage=storage, cpu=cpu)


def _reserve(node: Node, kind: str, size: Resources | None) -> Resources:
    """Return what is kept back; without a word from the user a share of the size, more on a hypervisor."""
    least = 2 * GIB if kind == "hypervisor" else GIB // 2
    wish = node.reserve
    memory = wish.memory if wish.memory is not None else max(least, size.memory // 20 if size else 0)
    storage = wish.storage if wish.storage is not None else (size.storage // 10 if size else 0)
    return Resources(memory=memory, storage=storage, cpu=wish.cpu or 0)


def _allocatable(spec: Spec, size: Resources | None, reserve: Resources, found: NodeFacts | None) -> Resources | None:
    """Return what may be promised: size times the policy's factor, less reserve and foreign use."""
    if size is None:
        return None
    foreign = found.foreign if found else ForeignUse()
    factors = spec.stack.policies.overcommit
    return Resources(
        memory=max(0, size.memory * (factors.memory.factor or 1) - reserve.memory - foreign.memory),
        storage=max(0, size.storage * (factors.storage.factor or 1) - reserve.storage - foreign.storage),
        cpu=max(0, size.cpu * (factors.cpu.factor or DEFAULT_CPU_FACTOR) - reserve.cpu - foreign.cpu),
    )


def _origin(name: str, spec: Spec, node: Node, found: NodeFacts | None) -> dict[str, str]:
    """Say for each figure where it comes from."""
    origin = {"name": spec.origin("nodes", name)}
    for key, known in (("cpu", node.cpu), ("memory", node.memory), ("disk", node.disk), ("arch", node.arch)):
        if known is not None:
            origin[key] = spec.origin("nodes", name, key)
        elif found is not None:
            origin[key] = f"fact:{name} {found.gathered[:10]}"
    return origin
