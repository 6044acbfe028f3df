# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leftovers, second remedy: place all new items of an area again, each where it matches best what is free.

The score spreads, which leaves a little free everywhere. Here an item goes to the target whose free amounts and its
own requests have the largest dot product: large requests go where much of just that is free. That
finds room in most cases in which there is any.
"""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import RESOURCES, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.areas import Area, areas
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.order import in_order
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer

MOST_PAIRS = 100_000
FINE = 10**48
"""Keeps the integers fine enough: a share of a byte in a petabyte still counts."""


def repack(placer: Placer, left: list[Item]) -> list[Item]:
    """Rearrange what is new in the areas of the leftovers; return what still has no place."""
    for area in areas(placer, left) if left else ():
        if sum(map(len, area.choices.values())) <= MOST_PAIRS:
            _repack(placer, area)
    return [item for item in left if item.name not in placer.board.place_of]


def _repack(placer: Placer, area: Area) -> None:
    """Place the new items of an area again; undo it all unless more of them have a place than before."""
    names = {item.name for item in area.items if item.name not in placer.question.current}
    names |= {item.name for item in area.items if item.name not in placer.board.place_of}
    before = {name: placer.board.place_of[name] for name in names if name in placer.board.place_of}
    items = [item for item in in_order(placer) if item.name in names]
    mark = len(placer.journal)
    for item in items:
        if item.name in before:
            placer.take(item, "rearranged")
    scales = _scales(placer, items)
    for item in items:
        number = _best_match(placer, area, item, scales[item.name])
        if number is not None:
            placer.put(item, number, "rearranged")
    if sum(item.name in placer.board.place_of for item in items) > len(before):
        return
    for item in items:
        if item.name in placer.board.place_of:
            placer.take(item, "rearranged")
    for item in items:
        if item.name in before:
            placer.put(item, before[item.name], "rearranged")
    del placer.journal[mark:]


def _scales(placer: Placer, items: list[Item]) -> dict[str, dict[str, int]]:
    """Return per item and resource what a free byte or millicore is worth to it.

    Both sides of the product are shares of the stack; a resource counts as much as the items ask of it.
    """
    whole = total(size for size in placer.question.allocatable if size is not None).as_dict()
    asked = total(item.requests for item in items).as_dict()
    cube = {name: max(1, whole[name]) ** 3 for name in RESOURCES}
    return {
        item.name: {name: FINE * asked[name] * amount // cube[name] for name, amount in item.requests.as_dict().items()}
        for item in items
    }


def _best_match(placer: Placer, area: Area, item: Item, scale: dict[str, int]) -> int | None:
    allowed = (number for number in area.choices[item.name] if placer.filters.first(item, number) is None)
    return max(allowed, key=lambda number: (_match(placer.board, number, scale), -number), default=None)


def _match(board: Board, number: int, scale: dict[str, int]) -> int:
    free = {"memory": board.free_memory[number], "storage": board.free_storage[number], "cpu": board.free_cpu[number]}
    return sum(scale[name] * free[name] for name in RESOURCES)
