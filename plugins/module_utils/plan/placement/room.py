# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leftovers, first remedy: one or two smaller items that move easily make room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer

MOST_TARGETS = 32
MOST_ITEMS = 16


def movable(placer: Placer, item: Item) -> bool:
    """Tell whether an item may be moved for others: it has no place yet, or neither data nor a wish to stay."""
    if item.pinned or item.home is not None:
        return False
    return item.name not in placer.question.current or not (item.stateful or item.sticky)


def make_room(placer: Placer, left: list[Item], for_others: dict[str, str]) -> list[Item]:
    """Place leftovers by moving one or two smaller items; return those for which that did not help."""
    return [item for item in left if not _make_room_for(placer, item, for_others)]


def _make_room_for(placer: Placer, item: Item, for_others: dict[str, str]) -> bool:
    for number in _nearly(placer, item):
        for leaving in _candidates(placer, item, number):
            if _try(placer, item, number, leaving):
                for_others.update({one.name: item.name for one in leaving})
                return True
    return False


def _nearly(placer: Placer, item: Item) -> list[int]:
    """Return the targets where only room is missing, the least missing first."""
    other = frozenset({"room", "survive"})
    found = []
    for number in placer.eligible(item):
        if placer.filters.first(item, number, other) is None:
            rejection = placer.filters.room(item, number)
            short = dict(rejection.short_by) if rejection else {}
            size = placer.question.allocatable[number]
            lack = (
                max((1000 * amount // max(1, size.of(name)) for name, amount in short.items()), default=0)
                if size
                else 0
            )
            found.append((lack, number))
    return [number for _lack, number in sorted(found)[:MOST_TARGETS]]


def _candidates(placer: Placer, item: Item, number: int) -> Iterator[tuple[Item, ...]]:
    """Return who could leave: single items before pairs, new ones before old ones, small ones before large ones."""
    shares, current = placer.question.shares, placer.question.current
    crowd = [
        other
        for other in placer.question.items
        if placer.board.place_of.get(other.name) == number
        and shares[other.name] < shares[item.name]
        and movable(placer, other)
    ]
    crowd.sort(key=lambda other: (other.name in current, shares[other.name]))
    for count in (1, 2):
        yield from combinations(crowd[:MOST_ITEMS], count)


def _try(placer: Placer, item: Item, number: int, leaving: tuple[Item, ...]) -> bool:
    """Exchange the items, or leave everything as it was."""
    mark = len(placer.journal)
    for other in leaving:
        placer.take(other, "made room")
    if placer.filters.first(item, number) is None:
        placer.put(item, number, "returned")
        if all(_place(placer, other, number) for other in leaving):
            return True
        placer.take(item, "returned")
    for other in leaving:
        if other.name in placer.board.place_of:
            placer.take(other, "made room")
        placer.put(other, number, "made room")
    del placer.journal[mark:]
    return False


def _place(placer: Placer, item: Item, without: int) -> bool:
    number = placer.choose(item, {without})
    if number is not None:
        placer.put(item, number, "made room")
    return number is not None
