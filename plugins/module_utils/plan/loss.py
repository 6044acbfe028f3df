# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What if a machine is lost: with a hypervisor its VMs, with a member of a cluster a part of the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import NOTHING
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import Amounts, Item, Target
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.whatif import lose
from ansible_collections.kombify.stack.plugins.module_utils.plan.placing import Round, Rounds
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements


@dataclass(frozen=True)
class Loss:
    """What losing a machine would mean.

    ``machines`` are all that go with it. ``moves`` say where VMs and instances would go, ``unplaced`` why others
    would not fit, ``bound`` may run nowhere else. ``data`` are the bytes that would have to come from a backup.
    ``headless`` are the clusters that lose more control planes than they can.
    """

    node: str
    machines: tuple[str, ...]
    moves: Mapping[str, str]
    unplaced: Mapping[str, Mapping[str, str]]
    bound: tuple[str, ...]
    data: Mapping[str, int]
    headless: tuple[str, ...]


def simulate_loss(node: str, requirements: Requirements, rounds: Rounds) -> Loss:
    """Return what would happen without a machine; everything else stays where it is."""
    vms = rounds.machines
    found = lose(node, vms.items, vms.targets, vms.result.assignments, vms.settings)
    machines = (node, *sorted({*found.unplaced, *found.bound}))
    moves, unplaced, bound = dict(found.moves), dict(found.unplaced), list(found.bound)
    services = _without(rounds.services, machines, requirements)
    left = lose(node, services.items, services.targets, services.current, services.settings)
    here = {name for name, place in rounds.instances.items() if place in machines}
    stuck = [item.name for item in rounds.services.items if item.pinned and item.name in here]
    return Loss(
        node=node,
        machines=machines,
        moves={**moves, **left.moves},
        unplaced={**unplaced, **left.unplaced},
        bound=(*bound, *stuck),
        data={item.name: item.data for item in rounds.services.items if item.data and item.name in here},
        headless=_headless(machines, requirements),
    )


def _without(one: Round, machines: tuple[str, ...], requirements: Requirements) -> Round:
    """Return the round without all lost machines but the first, which ``lose`` takes away itself."""
    lost = frozenset(machines)
    places = one.result.assignments
    items = [
        replace(item, volume_on=None) if item.volume_on in lost else item
        for item in one.items
        if not (item.pinned and places.get(item.name) in lost)
    ]
    targets = [_smaller(target, lost, requirements) for target in one.targets if target.name not in lost]
    first = [target for target in one.targets if target.name == machines[0]]
    return replace(one, items=tuple(items), targets=(*targets, *first), current=_still(places, items))


def _still(places: Mapping[str, str], items: list[Item]) -> dict[str, str]:
    names = {item.name for item in items}
    return {name: place for name, place in places.items() if name in names}


def _smaller(target: Target, lost: frozenset[str], requirements: Requirements) -> Target:
    """Return a cluster without the share of its lost members."""
    if target.kind != "cluster" or target.allocatable is None:
        return target
    members = [node for node in requirements.nodes.values() if node.cluster == target.name]
    gone = [node.allocatable or NOTHING for node in members if node.name in lost]
    rest = [node.allocatable for node in members if node.name not in lost and node.allocatable is not None]
    whole = target.allocatable
    return replace(
        target,
        allocatable=Amounts(
            memory=max(0, whole.memory - sum(one.memory for one in gone)),
            storage=max(0, whole.storage - sum(one.storage for one in gone)),
            cpu=max(0, whole.cpu - sum(one.cpu for one in gone)),
        ),
        largest=Amounts(
            memory=max((one.memory for one in rest), default=0),
            storage=max((one.storage for one in rest), default=0),
            cpu=max((one.cpu for one in rest), default=0),
        ),
    )


def _headless(machines: tuple[str, ...], requirements: Requirements) -> tuple[str, ...]:
    heads: dict[str, list[str]] = {}
    for node in requirements.nodes.values():
        if node.cluster and "control_plane" in node.roles:
            heads.setdefault(node.cluster, []).append(node.name)
    return tuple(
        cluster for cluster, names in sorted(heads.items()) if 2 * len(set(names).intersection(machines)) >= len(names)
    )
