# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a leftover could still be helped: the items that can move, and the targets that they can reach.

Sites that nothing crosses fall apart into small problems of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.neighbours import anchors
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.room import movable

MOST_TARGETS = 25
MOST_PAIRS = 10_000


@dataclass(frozen=True)
class Area:
    """Items that the solver may place anew, and the targets that each of them could go to."""

    items: tuple[Item, ...]
    choices: dict[str, tuple[int, ...]]
    targets: tuple[int, ...]

    @property
    def small(self) -> bool:
        """Tell whether an exact answer can be expected in reasonable time."""
        return len(self.targets) <= MOST_TARGETS or sum(map(len, self.choices.values())) <= MOST_PAIRS


def free_to_move(placer: Placer, item: Item) -> bool:
    """Tell whether the exact model may move an item; data only where the user allowed it."""
    return movable(placer, item) or (item.move and not item.pinned and not item.sticky)


def choices(placer: Placer, item: Item) -> tuple[int, ...]:
    """Return where an item could ever be, and where it is: not where it is larger than a cluster's largest member."""
    here = placer.board.place_of.get(item.name)
    found = sorted({*placer.eligible(item), *(() if here is None else (here,))})
    requests, enforced = item.requests, placer.question.settings.enforce
    bounds = {number: placer.question.targets[number].largest for number in found}
    return tuple(
        number
        for number, largest in bounds.items()
        if largest is None or all(requests.of(name) <= largest.of(name) for name in enforced)
    )


def areas(placer: Placer, wanted: Iterable[Item]) -> list[Area]:
    """Return the separate problems that the wanted items belong to, without items that can go nowhere."""
    everything = [item for item in placer.question.items if free_to_move(placer, item)]
    wanted_names = {item.name for item in wanted}
    everything += [item for item in wanted if not free_to_move(placer, item)]
    reach = {item.name: choices(placer, item) for item in everything}
    group_of = _connect(placer, everything, reach)
    groups: dict[int, list[Item]] = {}
    for item in everything:
        if reach[item.name]:
            groups.setdefault(group_of[reach[item.name][0]], []).append(item)
    return [
        Area(
            items=tuple(members),
            choices={item.name: reach[item.name] for item in members},
            targets=tuple(sorted({number for item in members for number in reach[item.name]})),
        )
        for members in groups.values()
        if any(item.name in wanted_names for item in members)
    ]


def _connect(placer: Placer, items: list[Item], reach: dict[str, tuple[int, ...]]) -> list[int]:
    """Return for each target the number of its group: targets that an item, or items that care for each other, join."""
    parent = list(range(len(placer.question.targets)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def join(numbers: Iterable[int]) -> None:
        roots = {root(number) for number in numbers}
        for other in roots:
            parent[other] = min(roots)

    by_service: dict[str, set[int]] = {}
    for item in items:
        join(reach[item.name])
        by_service.setdefault(item.service, set()).update(reach[item.name][:1])
    for item in items:
        related = anchors(item) | ({item.service} if item.spread is not None else set())
        for service in related:
            join({*by_service.get(service, ()), *reach[item.name][:1]})
    return [root(number) for number in range(len(parent))]
