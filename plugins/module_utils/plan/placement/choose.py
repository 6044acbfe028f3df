# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choosing the best target for an item.

Kin are walked from the best down. An item's memory and storage take at least a certain amount off the score of all kin
(or, with the strategy pack, add at most so much), so the walk ends as soon as the rest cannot win any more.
"""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import (
    Board,
    Kin,
    Slot,
    score,
    share,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import allowed_now
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item

PREFER = 10_000
NEIGHBOUR = 5_000
FEW = 48  # as many targets are simply all looked at
UNRANKED = -(10**12)  # weights of its own: the order of the slots says nothing about this item

Rank = tuple[int, int, int, int]


class Chooser:
    """Answers which target is best for an item."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def best(self, item: Item, *, without: frozenset[str] = frozenset()) -> Slot | None:
        """Return the best target, or None when the item fits nowhere."""
        allowed = self.board.allowed(item)
        if without:
            allowed -= without
        return self._of_few(item, allowed) if item.pinned or len(allowed) <= FEW else self._of_many(item, allowed)

    def best_first(self, item: Item) -> list[Slot]:
        """Return all targets that no static constraint forbids, the best first, whether there is room or not."""
        slots = [self.board.slots[name] for name in self.board.allowed(item)]
        return sorted(slots, key=lambda slot: self.rank(item, slot))

    def _of_few(self, item: Item, allowed: frozenset[str]) -> Slot | None:
        slots = (self.board.slots[name] for name in allowed)
        ranked = [(self.rank(item, slot), slot) for slot in slots if allowed_now(item, slot, self.board)]
        return min(ranked, key=lambda pair: pair[0])[1] if ranked else None

    def _of_many(self, item: Item, allowed: frozenset[str]) -> Slot | None:
        best: tuple[Rank, Slot] | None = None
        bonus = PREFER * bool(item.prefer) + NEIGHBOUR * bool(item.together)
        for kin in self.board.kin.values():
            least = self._least_cost(item, kin) - bonus
            last: Slot | None = None
            for (negative_base, _memory, _order), slot in kin.members:
                if best is not None and negative_base + least > best[0][0]:
                    break
                if last is not None and slot.alike(last):
                    continue
                if slot.target.name not in allowed or not allowed_now(item, slot, self.board):
                    continue
                rank = self.rank(item, slot)
                if best is None or rank < best[0]:
                    best = (rank, slot)
                last = slot if item.plain and not slot.services[item.service] else None
        return best[1] if best else None

    def _least_cost(self, item: Item, kin: Kin) -> int:
        """Return what the item takes off the score of any of these slots, at least; with pack it can add something."""
        need, weights = item.requests, self.board.settings.weights
        if item.weights is not None:
            return UNRANKED
        if self.board.pack:
            ram, disk = share(need.memory, kin.smallest.memory) + 1, share(need.storage, kin.smallest.storage) + 1
            return -weights.memory * ram - weights.storage * disk
        ram, disk = share(need.memory, kin.largest.memory), share(need.storage, kin.largest.storage)
        return weights.memory * ram + weights.storage * disk

    def points(self, item: Item, slot: Slot) -> int:
        """Return thousandths of points by the five factors."""
        need, weights = item.requests, item.weights or self.board.settings.weights
        return score(slot, need.memory, need.storage, need.cpu, weights, pack=self.board.pack)

    def soft(self, item: Item, slot: Slot) -> list[tuple[str, int]]:
        """Return the wishes that a target meets or misses, in thousandths of points."""
        found: list[tuple[str, int]] = []
        name = slot.target.name
        if name in item.prefer:
            found.append(("prefer", PREFER))
        if name in item.avoid:
            found.append(("avoid", -PREFER))
        if item.together and not item.together.strict and any(slot.services[one] for one in item.together.services):
            found.append(("with", NEIGHBOUR))
        if item.apart and not item.apart.strict:
            there = sum(slot.services[one] for one in item.apart.services)
            found += [("apart", -NEIGHBOUR * there)] if there else []
        if item.spread and not item.spread.strict:
            over = item.spread.over
            there = self.board.domains[item.fellows, over][slot.target.domain(over)]
            found += [("spread", -NEIGHBOUR * there)] if there else []
        return found

    def rank(self, item: Item, slot: Slot) -> Rank:
        """Return the sort key of a choice: score, fewer of the same service, more free memory, natural order."""
        total = self.points(item, slot)
        if not item.plain:
            total += sum(points for _wish, points in self.soft(item, slot))
        return (-total, slot.services[item.service], -(slot.memory - item.requests.memory), slot.order)
