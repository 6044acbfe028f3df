# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Putting items on targets, alone or with those that they have to stand with, and remembering where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board, Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import fault, neighbours
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.parties import Parties

Watch = Callable[[Item, Chooser], None]


class Placer:
    """``placed`` is where items are, in the order in which they came; ``watch`` is called before each decision."""

    def __init__(self, board: Board, watch: Watch | None) -> None:
        self.board = board
        self.chooser = Chooser(board)
        self.watch = watch
        self.placed: dict[str, str] = {}

    def put(self, item: Item, slot: Slot) -> None:
        """Place an item on a target."""
        self._see(item)
        self.board.put(item, slot)
        self.placed[item.name] = slot.target.name

    def take(self, item: Item) -> None:
        """Remove an item again."""
        self.board.take(item, self.board.slots[self.placed.pop(item.name)])

    def choose(self, item: Item) -> bool:
        """Place an item where it is best; False when it fits nowhere."""
        slot = self.chooser.best(item)
        if slot is None:
            self._see(item)
            return False
        self.put(item, slot)
        return True

    def settle(self, waiting: Sequence[Item]) -> list[Item]:
        """Place items in this order, each with those that have to stand with it; return those that fit nowhere."""
        parties = Parties(waiting, self.placed, self.board)
        for item in waiting:
            self._settle(item, parties)
        return [item for item in waiting if item.name not in self.placed]

    def _settle(self, item: Item, parties: Parties) -> bool:
        return (
            item.name in self.placed
            or self._gather(item, parties.all_of(item))
            or self.choose(item)
            or self._gather(item, parties.need_of(item))
        )

    def _gather(self, leader: Item, company: Sequence[Item]) -> bool:
        """Place an item and its company on the best target that takes them all."""
        slots: Iterable[Slot] = self.chooser.best_first(leader) if company else ()
        return any(self._join((leader, *company), slot) for slot in slots)

    def _join(self, party: Sequence[Item], slot: Slot) -> bool:
        """Place items on one target together; they are asked about their neighbours when all of them are there."""
        there = []
        for item in party:
            if slot.target.name not in self.board.allowed(item) or fault(item, slot, self.board, alone=True):
                break
            self.board.put(item, slot)
            there.append(item)
        content = len(there) == len(party) and not any(self._unhappy(item, slot) for item in party)
        for item in party if content else ():
            self.board.take(item, slot)
            self.put(item, slot)
        for item in () if content else there:
            self.board.take(item, slot)
        return content

    def _unhappy(self, item: Item, slot: Slot) -> bool:
        """Tell whether an item cannot stay where it is, because of its neighbours."""
        self.board.take(item, slot)
        found = neighbours(item, slot, self.board)
        self.board.put(item, slot)
        return found is not None

    def _see(self, item: Item) -> None:
        if self.watch is not None:
            self.watch(item, self.chooser)
