# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What fits nowhere at first may fit in another order: items that do not run yet are placed again, in rounds.

Each round begins with those that the one before left over. The first rounds choose by score as always, the later ones
by fit: an item goes where most is free of what it needs, and what is scarce in the whole stack counts more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board, Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser, Rank
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer

BY_SCORE, BY_FIT = 5, 10
MAX_PAIRS_BY_SCORE = 10_000_000
MAX_PAIRS_BY_FIT = 50_000  # it looks at all pairs of item and target
SCALE = 10**6


class FitChooser(Chooser):
    """Chooses by fit instead of by score."""

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._free: dict[str, int] = {}

    def best(self, item: Item, *, without: frozenset[str] = frozenset()) -> Slot | None:
        """Return the target that fits best, or None when the item fits nowhere."""
        self._weigh()
        return self._of_few(item, self.board.allowed(item) - without)

    def best_first(self, item: Item) -> list[Slot]:
        """Return all targets that no static constraint forbids, those that fit best first."""
        self._weigh()
        return super().best_first(item)

    def rank(self, item: Item, slot: Slot) -> Rank:
        """Return the sort key of a choice: fit first, then as always."""
        fit = sum(
            (getattr(item.requests, name) * SCALE // free) * (getattr(slot, name) * SCALE // free)
            for name, free in self._free.items()
        )
        return (-fit, *super().rank(item, slot)[1:])

    def _weigh(self) -> None:
        slots = self.board.slots.values()
        self._free = {name: max(1, sum(getattr(slot, name) for slot in slots)) for name in self.board.limited}


def repack(items: Sequence[Item], left: Sequence[Item], placer: Placer) -> frozenset[str]:
    """Place items again so that fewer, at best none, are left over; return who got another place by that.

    The old places stay when no round is better.
    """
    old = _lift(items, placer)
    waiting = [item for item in left if _has_hope(item, placer.board)]
    others = [item for item in items if item.name in old]
    new = _rounds(waiting, others, placer) if waiting else {}
    if len(new) > len(old):
        _restore(items, new, placer)
        return frozenset(name for name, target in old.items() if new.get(name) != target)
    watch, placer.watch = placer.watch, None  # these decisions were watched before
    _restore(items, old, placer)
    placer.watch = watch
    return frozenset()


def _has_hope(item: Item, board: Board) -> bool:
    """Tell whether an item fits anywhere at all, with nothing else on its way."""
    return any(fault(item, board.slots[name], board, alone=True) is None for name in board.allowed(item))


def _rounds(waiting: list[Item], others: list[Item], placer: Placer) -> dict[str, str]:
    """Return the places of the first round that leaves nothing over, or of the one that leaves least."""
    watch, usual = placer.watch, placer.chooser
    placer.watch = None
    best: dict[str, str] = {}
    for chooser in _choosers(waiting + others, placer):
        placer.chooser = chooser
        left = placer.settle(waiting + others)
        found = _lift(waiting + others, placer)
        best = found if len(found) > len(best) else best
        if not left:
            break
        names = {item.name for item in left}
        waiting, others = left, [item for item in waiting + others if item.name not in names]
    placer.watch, placer.chooser = watch, usual
    return best


def _choosers(items: Sequence[Item], placer: Placer) -> Iterator[Chooser]:
    """Yield how to choose in each round, as far as that takes seconds and not minutes."""
    pairs = len(items) * len(placer.board.slots)
    if pairs <= MAX_PAIRS_BY_SCORE:
        yield from [placer.chooser] * BY_SCORE
    if pairs <= MAX_PAIRS_BY_FIT:
        yield from [FitChooser(placer.board)] * BY_FIT


def _lift(items: Sequence[Item], placer: Placer) -> dict[str, str]:
    """Take items off the board; return where they were, in the order in which they came."""
    names = {item.name: item for item in items}
    places = {name: target for name, target in placer.placed.items() if name in names}
    for name in places:
        placer.take(names[name])
    return places


def _restore(items: Sequence[Item], places: Mapping[str, str], placer: Placer) -> None:
    names = {item.name: item for item in items}
    for name, target in places.items():
        placer.put(names[name], placer.board.slots[target])
