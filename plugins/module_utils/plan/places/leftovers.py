# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What fits nowhere: make room by moving one or two smaller, movable items without data."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.board import Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.filters import allowed_now
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import Item

MAX_TARGETS = 25
MAX_MOVABLE = 12


def make_room(item: Item, items: Mapping[str, Item], placed: dict[str, str], chooser: Chooser) -> bool:
    """Place an item by moving others out of its way; True when that worked. Pinned items are never helped."""
    if item.pinned:
        return False
    slots = chooser.board.slots
    allowed = sorted((slots[name] for name in chooser.allowed(item)), key=lambda slot: (-slot.memory, slot.order))
    return any(_clear(item, slot, items, placed, chooser) for slot in allowed[:MAX_TARGETS])


def _clear(item: Item, slot: Slot, items: Mapping[str, Item], placed: dict[str, str], chooser: Chooser) -> bool:
    movable = sorted(
        (items[name] for name in slot.items if _movable(items[name], item)),
        key=lambda one: (one.requests.memory, one.name),
    )[:MAX_MOVABLE]
    for count in (1, 2):
        for chosen in combinations(movable, count):
            if _try(item, slot, chosen, placed, chooser):
                return True
    return False


def _movable(one: Item, item: Item) -> bool:
    if one.pinned or one.sticky or not one.stateless:
        return False
    return one.requests.memory < item.requests.memory or one.requests.storage < item.requests.storage


def _try(item: Item, slot: Slot, chosen: tuple[Item, ...], placed: dict[str, str], chooser: Chooser) -> bool:
    """Take the chosen items away, place the big one, and the chosen ones elsewhere; undo it all if one has no place."""
    board, here = chooser.board, slot.target.name
    for one in chosen:
        board.take(one, slot)
    if not allowed_now(item, slot, board):
        for one in chosen:
            board.put(one, slot)
        return False
    board.put(item, slot)
    moved: list[tuple[Item, Slot]] = []
    for one in chosen:
        other = chooser.best(one, without=frozenset({here}))
        if other is None:
            break
        board.put(one, other)
        moved.append((one, other))
    if len(moved) == len(chosen):
        placed[item.name] = here
        placed.update({one.name: other.target.name for one, other in moved})
        return True
    for one, other in moved:
        board.take(one, other)
    board.take(item, slot)
    for one in chosen:
        board.put(one, slot)
    return False
