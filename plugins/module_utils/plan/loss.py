# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What if a machine is lost: with a hypervisor its VMs, with a member of a cluster a part of the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.whatif import Lost, lose
from ansible_collections.kombify.stack.plugins.module_utils.plan.placing import Round, Rounds
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed, Requirements
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size


@dataclass(frozen=True)
class Loss:
    """What losing a machine would mean.

    ``machines`` are all that go with it. ``moves`` say where VMs and instances would go, ``unplaced`` why others
    would not fit. ``bound`` may run nowhere else, ``stopped`` run in a cluster of which nothing is left.
    ``data`` are the bytes that would have to come from a backup.
    ``headless`` are the clusters that lose more control planes than they can.
    """

    node: str
    machines: tuple[str, ...]
    moves: Mapping[str, str] = field(default_factory=dict)
    unplaced: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bound: tuple[str, ...] = ()
    stopped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: Mapping[str, int] = field(default_factory=dict)
    headless: tuple[str, ...] = ()


def simulate_loss(
    node: str, requirements: Requirements, rounds: Rounds, clusters: Mapping[str, Sequence[NodeNeed]]
) -> Loss:
    """Return what would happen without a machine; everything that is not on it stays where it is.

    ``clusters`` are the machines of each cluster that run services (``claims.schedulable``).
    """
    vms = _lose(node, rounds.machines)
    machines = (node, *sorted({*vms.unplaced, *vms.bound}))
    services, stuck = _without(rounds.services, frozenset(machines), clusters)
    left = _lose(node, services)
    stopped, crowded = _clusters(rounds.services, frozenset(machines), clusters)
    here = {name for name, place in rounds.instances.items() if place in machines}
    return Loss(
        node=node,
        machines=machines,
        moves={**vms.moves, **left.moves},
        unplaced={**vms.unplaced, **left.unplaced, **crowded},
        bound=(*vms.bound, *stuck, *left.bound),
        stopped=stopped,
        data={item.name: item.data for item in rounds.services.items if item.data and item.name in here},
        headless=_headless(machines, requirements),
    )


def _lose(node: str, one: Round) -> Lost:
    return lose(node, one.items, one.targets, one.result.assignments, one.settings)


def _without(
    one: Round, lost: frozenset[str], clusters: Mapping[str, Sequence[NodeNeed]]
) -> tuple[Round, tuple[str, ...]]:
    """Return the round of machines outside of clusters with all but one lost, and who is bound to those."""
    places = one.result.assignments
    outside = [item for item in one.items if places.get(item.name) not in clusters]
    bound = tuple(item.name for item in outside if item.pinned and places.get(item.name) in lost)
    items = [
        replace(item, volume_on=None) if item.volume_on in lost else item for item in outside if item.name not in bound
    ]
    targets = tuple(target for target in one.targets if target.name not in lost and target.name not in clusters)
    return replace(one, items=tuple(items), targets=targets), bound


def _clusters(
    one: Round, lost: frozenset[str], clusters: Mapping[str, Sequence[NodeNeed]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, str]]]:
    """Return what stops with its cluster, and what a smaller cluster has no room for."""
    stopped: dict[str, tuple[str, ...]] = {}
    crowded: dict[str, dict[str, str]] = {}
    for name, members in clusters.items():
        if not any(node.name in lost for node in members):
            continue
        items = [item for item in one.items if one.result.assignments.get(item.name) == name]
        rest = [node for node in members if node.name not in lost]
        if not rest:
            stopped[name] = tuple(item.name for item in items)
        elif all(node.allocatable is not None for node in rest):
            room = total(node.allocatable for node in rest if node.allocatable is not None)
            crowded |= {item: {name: why} for item, why in _beyond(items, room, one.settings.unlimited).items()}
    return stopped, crowded


def _beyond(items: Iterable[Item], room: Resources, unlimited: frozenset[str]) -> dict[str, str]:
    """Return what has no room when the small ones come first: the cluster's own scheduler chooses, only sums count."""
    left: dict[str, str] = {}
    memory, storage, cpu = room.memory, room.storage, room.cpu
    for item in sorted(items, key=lambda one: (one.requests.memory, one.name)):
        memory, storage, cpu = memory - item.requests.memory, storage - item.requests.storage, cpu - item.requests.cpu
        if memory < 0 and "memory" not in unlimited:
            left[item.name] = f"needs {human_size(item.requests.memory)} RAM, and the rest takes all"
        elif storage < 0 and "storage" not in unlimited:
            left[item.name] = f"needs {human_size(item.requests.storage)} disk, and the rest takes all"
        elif cpu < 0 and "cpu" not in unlimited:
            left[item.name] = f"needs {item.requests.cpu / 1000:g} cores, and the rest takes all"
    return left


def _headless(machines: Sequence[str], requirements: Requirements) -> tuple[str, ...]:
    heads: dict[str, list[str]] = {}
    for node in requirements.nodes.values():
        if node.cluster and "control_plane" in node.roles:
            heads.setdefault(node.cluster, []).append(node.name)
    return tuple(
        cluster for cluster, names in sorted(heads.items()) if 2 * len(set(names).intersection(machines)) >= len(names)
    )
