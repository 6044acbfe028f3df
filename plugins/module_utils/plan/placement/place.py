# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placing all items: pinned ones, those that keep their place, then the rest from the largest down.

What already runs stays where every hard constraint still holds; load alone never moves anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board, Slot, share
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.keep import keep
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.leftovers import MAX_ITEMS, room_for
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Item,
    Placement,
    Settings,
    Target,
    Verdict,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer, Watch
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.repack import repack
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver import solve
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

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
        self.board.expected = frozenset(item.service for item in self.items.values())
        if settings.survive_one_node and "memory" in self.board.limited:
            self.board.keep_spare(self.items.values())
        self.settings = settings
        self.placer = Placer(self.board, watch)
        self.placed = self.placer.placed
        self.reasons: dict[str, str] = {}

    def result(self) -> Placement:
        for item in self.items.values():
            if item.pinned:
                self.placer.choose(item)
        free = [item for item in self.items.values() if not item.pinned]
        self.reasons |= keep(free, self.placer)
        moving = self._largest_first([item for item in free if item.name not in self.placed])
        left = self.placer.settle(moving)
        if left:
            changed = repack(moving, left, self.placer)
            self.reasons = dict.fromkeys(sorted(changed), "gave way so that more fits") | self.reasons
            self._make_room([item for item in left if item.name not in self.placed])
        proof, note = self._solve()
        return Placement(
            assignments={name: self.placed[name] for name in self.items if name in self.placed},
            verdicts={name: self._verdict(name) for name in self.items if name in self.placed},
            reasons=self.reasons,
            unplaced=self._why_not([item for name, item in self.items.items() if name not in self.placed]),
            proof=proof,
            note=note,
        )

    def _largest_first(self, items: Sequence[Item]) -> list[Item]:
        """Sort by the largest share of what the stack has of a resource that can run out; ties by natural name."""
        slots = self.board.slots.values()
        totals = {name: sum(getattr(slot.allocatable, name) for slot in slots) for name in self.board.limited}

        def size(item: Item) -> int:
            shares = (share(getattr(item.requests, name) * FINE, total) for name, total in totals.items())
            return max(shares, default=0)

        return sorted(items, key=lambda item: -size(item))

    def _make_room(self, left: Sequence[Item]) -> None:
        """Place what is left over by moving others out of the way; that may open a place for one more."""
        for item in left[:MAX_ITEMS]:
            moves = room_for(item, self.placer.chooser)
            if moves is not None:
                slot, others = moves
                for one, _other in others:
                    self.placer.take(one)
                self.placer.put(item, slot)
                for one, other in others:
                    self.placer.put(one, other)
                    self.reasons[one.name] = f"made room for {item.name}"
        for item in left:
            if item.name not in self.placed:
                self.placer.choose(item)

    def _solve(self) -> tuple[str | None, str | None]:
        """Ask the exact solver about what is left over, or about everything when the user wants that."""
        over = any(not item.pinned and name not in self.placed for name, item in self.items.items())
        if self.settings.mode != "optimal" and not (over and self.settings.exact):
            return None, None
        answer = solve(self.items, self.placer.chooser, self.placed)
        if answer.assignments:
            self._rearrange(answer.assignments)
        return answer.proof, answer.note

    def _rearrange(self, wanted: Mapping[str, str]) -> None:
        """Put items where the solver wants them; it may have left out one to place two others."""
        for name in [name for name, target in self.placed.items() if wanted.get(name) != target]:
            if not self.items[name].pinned:
                self.placer.take(self.items[name])
                self.reasons[name] = "the exact solver found a better arrangement"
        for name, target in wanted.items():
            if name not in self.placed:
                self.placer.put(self.items[name], self.board.slots[target])

    def _verdict(self, name: str) -> Verdict:
        if name not in self.board.current:
            return "new"
        return "kept" if self.board.current[name] == self.placed[name] else "moved"

    def _why_not(self, left: Sequence[Item]) -> dict[str, dict[str, str]]:
        """Return every target's reason for each of these items; those that ask the same have the same reasons."""
        slots = self.board.slots.values()
        rules = self.board.wanted or self.board.spares or any(slot.refusals for slot in slots)
        known: dict[Item, dict[str, str]] = {}
        found = {}
        for item in left:
            like = replace(item, name="", service="") if item.plain and not rules else item
            if like not in known:
                known[like] = {slot.target.name: self._reason(item, slot) for slot in slots}
            found[item.name] = known[like]
        return found

    def _reason(self, item: Item, slot: Slot) -> str:
        found = fault(item, slot, self.board)
        return found[1] if found is not None else "is kept free for others"
