# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placing all items: pinned ones, those that keep their place, then the rest from the largest down.

What already runs stays where every hard constraint still holds; load alone never moves anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.board import Board, Slot, share
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.filters import (
    concerned,
    fault,
    neighbours,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.leftovers import room_for
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import (
    Item,
    Placement,
    Settings,
    Target,
    Verdict,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.parties import Parties
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.solver import solve
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

Watch = Callable[[Item, Chooser], None]

FINE = 10**9  # shares of a stack's total, in parts of a thousand million


def place(
    items: Iterable[Item],
    targets: Iterable[Target],
    *,
    current: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    watch: Watch | None = None,
) -> Placement:
    """Return a place for every item that fits somewhere.

    ``current`` is where items are now, by name. ``watch`` is called before each decision; explanations use it.
    """
    return _Run(items, targets, current or {}, settings or Settings(), watch).result()


class _Run:
    def __init__(
        self,
        items: Iterable[Item],
        targets: Iterable[Target],
        current: Mapping[str, str],
        settings: Settings,
        watch: Watch | None,
    ) -> None:
        self.items = {item.name: item for item in sorted(items, key=lambda item: natural(item.name))}
        self.board = Board(targets, settings, current)
        if settings.survive_one_node and "memory" not in settings.unlimited:
            self.board.keep_spare(self.items.values())
        self.board.expected = frozenset(item.service for item in self.items.values())
        self.chooser = Chooser(self.board)
        self.current = current
        self.settings = settings
        self.watch = watch
        self.placed: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    def result(self) -> Placement:
        pinned = [item for item in self.items.values() if item.pinned]
        left = [item for item in pinned if not self._choose(item)]
        moving = self._keep([item for item in self.items.values() if not item.pinned])
        left += self._settle(self._largest_first(moving))
        left = [item for item in left if not self._make_room(item)]
        left = [item for item in left if not self._choose(item)]
        proof, note = self._solve(left)
        return Placement(
            assignments={name: self.placed[name] for name in self.items if name in self.placed},
            verdicts={name: self._verdict(name) for name in self.items if name in self.placed},
            reasons=self.reasons,
            unplaced={name: self._why_not(item) for name, item in self.items.items() if name not in self.placed},
            proof=proof,
            note=note,
        )

    def _keep(self, items: Sequence[Item]) -> list[Item]:
        """Leave items where they are while all hard constraints hold; return the others.

        Neighbours are asked when all are back in place: who comes first in the alphabet must not matter.
        """
        stayed = {item.name: item for item in items if self._stays(item)}
        owners = [item for item in stayed.values() if not item.plain]
        for group in (owners, list(stayed.values())):
            while left := [item for item in group if item.name in stayed and self._parts(item)]:
                for item in left:
                    del stayed[item.name]
        return [item for item in items if item.name not in stayed]

    def _stays(self, item: Item) -> bool:
        """Put an item back where it was, if it still can be there."""
        before = self.current.get(item.name)
        if before is None:
            return False
        slot = self.board.slots.get(before)
        found = ("state", "is gone") if slot is None else fault(item, slot, self.board, alone=True)
        if slot is None or found is not None:
            self.reasons[item.name] = f"{before}: {found[1]}" if found else ""
            return False
        self._put(item, slot)
        return True

    def _parts(self, item: Item) -> bool:
        """Take an item away again whose neighbours do not suit; one that has to move for another moves instead."""
        slot = self.board.slots[self.placed[item.name]]
        if not concerned(item, slot, self.board):
            return False
        self.board.take(item, slot)
        found = neighbours(item, slot, self.board)
        if found is None:
            self.board.put(item, slot)
            return False
        self.reasons[item.name] = f"{slot.target.name}: {found}"
        del self.placed[item.name]
        return True

    def _largest_first(self, items: Sequence[Item]) -> list[Item]:
        """Sort by the largest share of what the stack has of a resource that can run out; ties by natural name."""
        totals = {
            resource: sum(getattr(slot.allocatable, resource) for slot in self.board.slots.values())
            for resource in ("memory", "storage", "cpu")
            if resource not in self.settings.unlimited
        }

        def size(item: Item) -> int:
            shares = (share(getattr(item.requests, name) * FINE, total) for name, total in totals.items())
            return max(shares, default=0)

        return sorted(items, key=lambda item: -size(item))

    def _settle(self, waiting: Sequence[Item]) -> list[Item]:
        """Place items in this order, each with those that have to stand with it; return those that fit nowhere."""
        parties = Parties(waiting, self.placed, self.board)
        for item in waiting:
            self._settle_one(item, parties)
        return [item for item in waiting if item.name not in self.placed]

    def _settle_one(self, item: Item, parties: Parties) -> bool:
        return (
            item.name in self.placed
            or self._gather(item, parties.all_of(item))
            or self._choose(item)
            or self._gather(item, parties.need_of(item))
        )

    def _gather(self, leader: Item, company: Sequence[Item]) -> bool:
        """Place an item and its company on the best target that takes them all."""
        slots = self.chooser.best_first(leader) if company else ()
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
            self._put(item, slot)
        for item in () if content else there:
            self.board.take(item, slot)
        return content

    def _unhappy(self, item: Item, slot: Slot) -> bool:
        """Tell whether an item cannot stay where it is, because of its neighbours."""
        self.board.take(item, slot)
        found = neighbours(item, slot, self.board)
        self.board.put(item, slot)
        return found is not None

    def _choose(self, item: Item) -> bool:
        slot = self.chooser.best(item)
        if slot is None:
            self._see(item)
            return False
        self._put(item, slot)
        return True

    def _make_room(self, item: Item) -> bool:
        """Place an item by moving others out of its way."""
        moves = room_for(item, self.chooser)
        if moves is None:
            return False
        slot, others = moves
        for one, _other in others:
            self._take(one)
        self._put(item, slot)
        for one, other in others:
            self._put(one, other)
            self.reasons[one.name] = f"made room for {item.name}"
        return True

    def _put(self, item: Item, slot: Slot) -> None:
        self._see(item)
        self.board.put(item, slot)
        self.placed[item.name] = slot.target.name

    def _take(self, item: Item) -> None:
        self.board.take(item, self.board.slots[self.placed.pop(item.name)])

    def _see(self, item: Item) -> None:
        if self.watch is not None:
            self.watch(item, self.chooser)

    def _solve(self, left: Sequence[Item]) -> tuple[str | None, str | None]:
        """Ask the exact solver about what is left over, or about everything when the user wants that."""
        if self.settings.mode != "optimal" and not (left and self.settings.exact):
            return None, None
        answer = solve(self.items, self.chooser, self.placed)
        if answer.assignments:
            self._rearrange(answer.assignments)
        return answer.proof, answer.note

    def _rearrange(self, wanted: Mapping[str, str]) -> None:
        """Put items where the solver wants them; it may have left out one to place two others."""
        for name in [name for name, target in self.placed.items() if wanted.get(name) != target]:
            if not self.items[name].pinned:
                self._take(self.items[name])
                self.reasons[name] = "the exact solver found a better arrangement"
        for name, target in wanted.items():
            if name not in self.placed:
                self._put(self.items[name], self.board.slots[target])

    def _verdict(self, name: str) -> Verdict:
        if name not in self.current:
            return "new"
        return "kept" if self.current[name] == self.placed[name] else "moved"

    def _why_not(self, item: Item) -> dict[str, str]:
        found = {}
        for name, slot in self.board.slots.items():
            reason = fault(item, slot, self.board)
            found[name] = reason[1] if reason else "is kept free for others"
        return found
