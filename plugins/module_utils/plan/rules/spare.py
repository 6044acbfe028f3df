# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K406: nothing is over-committed, but the loss of the largest machine would leave services without a place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import Claim
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.amounts import counted, largest
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.overcommit import Load
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Problems, Severity


def report_no_spare(parts: Parts, loads: Sequence[Load], said: Collection[str], problems: Problems) -> None:
    """K406: for each cluster and each site, take away the machine with most memory and look who has no place.

    It is an error when the user asked for the room (``policies.capacity: survive-one-node``). Items in ``said``
    have been reported as too much already.
    """
    wanted = parts.spec.stack.policies.capacity == "survive-one-node"
    severity = Severity.ERROR if wanted else Severity.WARNING
    for name, lost, homeless, place in (*_clusters(parts, loads), *_machines(parts, loads)):
        if homeless and not any(item.name in said for item in homeless):
            message = f"{name} has no room to lose '{lost.name}': {counted(homeless)} would not fit on the other nodes"
            hint = f"without a place: {largest(homeless, 'memory')}; add memory to the others, or accept the risk"
            problems.add(Problem("K406", message, place, hint, (), severity))


Loss = tuple[str, NodeNeed, list[Claim], Place]


def _clusters(parts: Parts, loads: Iterable[Load]) -> Iterator[Loss]:
    """Inside a cluster its own scheduler chooses, so only the sum counts."""
    for load in loads:
        if not load.cluster or len(load.nodes) < 2 or load.given("memory") is None or load.short("memory"):
            continue
        lost = _largest(load.nodes)
        room = (load.given("memory") or 0) - _memory(lost)
        movable = [item for item in load.items if item.targets == (load.name,)]
        yield f"cluster '{load.name}'", lost, _beyond(movable, room), parts.spec.key_place("clusters", load.name)


def _beyond(items: Iterable[Claim], room: int) -> list[Claim]:
    """Return the items for which no room is left when the small ones come first."""
    left = []
    for item in sorted(items, key=lambda one: (one.needs.memory, one.name)):
        room -= item.needs.memory
        if room < 0:
            left.append(item)
    return left


def _machines(parts: Parts, loads: Iterable[Load]) -> Iterator[Loss]:
    """Machines outside of clusters, site by site: the items of the lost one look for another place."""
    carried = {load.name: load for load in loads if load.name and not load.cluster}
    nodes = [node for node in parts.requirements.nodes.values() if node.cluster is None and node.state == "present"]
    known = [node for node in nodes if node.allocatable is not None]
    full = {target for item in parts.claims if parts.refused(item) is not None for target in item.targets}
    for _site, group in groupby(sorted(known, key=_neighbourhood), key=_neighbourhood):
        machines = list(group)
        busy = [node for node in machines if node.name in carried and _movable(carried[node.name].items)]
        if len(machines) < 2 or not busy:
            continue
        lost = _largest(busy)
        load = carried[lost.name]
        if lost.name in full or load.short("memory"):
            continue
        free = {node.name: _memory(node) - _promised(carried.get(node.name)) for node in machines if node is not lost}
        where = f"site '{lost.site}'" if lost.site else f"stack '{parts.requirements.stack}'"
        yield where, lost, _homeless(load.items, free), parts.spec.key_place("nodes", lost.name)


def _neighbourhood(node: NodeNeed) -> tuple[str, bool]:
    return node.site or "", node.type == "hypervisor"


def _movable(items: Iterable[Claim]) -> list[Claim]:
    """Return the items that may be elsewhere too; what is pinned goes down with its machine, and comes back with it."""
    return [item for item in items if len(item.targets) > 1]


def _homeless(items: Iterable[Claim], free: dict[str, int]) -> list[Claim]:
    """Return the movable items that find no other machine; the largest choose first."""
    left = []
    for item in sorted(_movable(items), key=lambda one: (-one.needs.memory, one.name)):
        others = [name for name in item.targets if name in free]
        best = max(others, key=lambda name: free[name], default=None)
        if best is None or free[best] < item.needs.memory:
            left.append(item)
        else:
            free[best] -= item.needs.memory
    return left


def _largest(nodes: Iterable[NodeNeed]) -> NodeNeed:
    return max(nodes, key=_memory)


def _memory(node: NodeNeed) -> int:
    return node.allocatable.memory if node.allocatable is not None else 0


def _promised(load: Load | None) -> int:
    return load.needed("memory") if load is not None else 0
