# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What fits nowhere: which one or two smaller, movable items without data would have to move to make room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import allowed_now
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item

MAX_ITEMS = 50  # when more are left over, the stack is too small, and moving a few things is no answer
MAX_TRIES = 100
MAX_MOVABLE = 12

Moves = tuple[tuple[Item, Slot], ...]


def room_for(item: Item, chooser: Chooser) -> tuple[Slot, Moves] | None:
    """Return where an item would fit if others moved, and where to; the board is left as it was."""
    for slot, chosen in islice(_tries(item, chooser), MAX_TRIES):
        moves = _moves(item, slot, chosen, chooser)
        if moves is not None:
            return slot, moves
    return None


def _tries(item: Item, chooser: Chooser) -> Iterator[tuple[Slot, tuple[Item, ...]]]:
    """Yield who could go from where, beginning with the target that has most memory free."""
    slots = [chooser.board.slots[name] for name in chooser.board.allowed(item)]
    for slot in sorted(slots, key=lambda slot: (-slot.memory, slot.order)):
        for chosen in _choices(item, slot, chooser):
            yield slot, chosen


def _choices(item: Item, slot: Slot, chooser: Chooser) -> Iterator[tuple[Item, ...]]:
    """Yield who could go, the fewest and smallest first, as far as that would make enough room."""
    short = _short(item, slot, chooser)
    movable = [one for one in slot.items.values() if _movable(one, item, chooser)]
    movable.sort(key=lambda one: (one.requests.memory, one.name))
    for count in (1, 2):
        for chosen in combinations(movable[:MAX_MOVABLE], count):
            if all(sum(getattr(one.requests, name) for one in chosen) >= missing for name, missing in short.items()):
                yield chosen


def _short(item: Item, slot: Slot, chooser: Chooser) -> dict[str, int]:
    """Return how much of what counts is missing."""
    missing = {name: getattr(item.requests, name) - getattr(slot, name) for name in chooser.board.limited}
    return {name: amount for name, amount in missing.items() if amount > 0}


def _movable(one: Item, item: Item, chooser: Chooser) -> bool:
    """Tell whether an item may give way: what does not run yet has nothing to lose."""
    runs = chooser.board.current.get(one.name) is not None
    if one.pinned or (runs and (one.sticky or not one.stateless)):
        return False
    return one.requests.memory < item.requests.memory or one.requests.storage < item.requests.storage


def _moves(item: Item, slot: Slot, chosen: tuple[Item, ...], chooser: Chooser) -> Moves | None:
    """Try it: take the chosen away, place the item, then find another place for each of the chosen."""
    board = chooser.board
    for one in chosen:
        board.take(one, slot)
    moves: list[tuple[Item, Slot]] = []
    if allowed_now(item, slot, board):
        board.put(item, slot)
        for one in chosen:
            other = chooser.best(one, without=frozenset({slot.target.name}))
            if other is None:
                break
            board.put(one, other)
            moves.append((one, other))
        for one, other in moves:
            board.take(one, other)
        board.take(item, slot)
    for one in chosen:
        board.put(one, slot)
    return tuple(moves) if len(moves) == len(chosen) else None
