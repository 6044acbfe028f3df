# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placing all items: pinned ones, those that keep their place, then the rest from the largest down.

What already runs stays where every hard constraint still holds; load alone never moves anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.board import Board, share
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.filters import moving_fault, static_fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.leftovers import make_room
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import (
    Item,
    Placement,
    Settings,
    Target,
    Verdict,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

Watch = Callable[[Item, Chooser], None]


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
        self.board = Board(targets, settings)
        self.chooser = Chooser(self.board)
        self.current = current
        self.settings = settings
        self.watch = watch
        self.placed: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    def result(self) -> Placement:
        pinned = [item for item in self.items.values() if item.pinned]
        others = [item for item in self.items.values() if not item.pinned]
        waiting = [item for item in pinned if not self._choose(item)]
        waiting += self._keep(others)
        left = [item for item in self._largest_first(waiting) if item.pinned or not self._choose(item)]
        left = [item for item in left if not make_room(item, self.items, self.placed, self.chooser)]
        proof = self._solve(left)
        return Placement(
            assignments={name: self.placed[name] for name in self.items if name in self.placed},
            verdicts={name: self._verdict(name) for name in self.items if name in self.placed},
            reasons=self.reasons,
            unplaced={item.name: self._why_not(item) for item in left if item.name not in self.placed},
            proof=proof,
        )

    def _keep(self, items: Sequence[Item]) -> list[Item]:
        """Leave items where they are while all hard constraints hold; return the others."""
        moving = []
        for item in items:
            slot = self.board.slots.get(self.current.get(item.name, ""))
            if slot is None:
                if item.name in self.current:
                    self.reasons[item.name] = f"{self.current[item.name]} is gone"
                moving.append(item)
                continue
            fault = static_fault(item, slot.target) or moving_fault(item, slot, self.board)
            if fault is not None:
                self.reasons[item.name] = f"{slot.target.name} {fault[1]}"
                moving.append(item)
                continue
            self._see(item)
            self.board.put(item, slot)
            self.placed[item.name] = slot.target.name
        return moving

    def _largest_first(self, items: Sequence[Item]) -> list[Item]:
        """Sort by the largest share of what the stack has; the natural order of names breaks ties."""
        slots = self.board.slots.values()
        memory = sum(slot.allocatable.memory for slot in slots)
        storage = sum(slot.allocatable.storage for slot in slots)
        cpu = sum(slot.allocatable.cpu for slot in slots)

        def size(item: Item) -> int:
            need = item.requests
            return max(
                share(need.memory * 1000, memory), share(need.storage * 1000, storage), share(need.cpu * 1000, cpu)
            )

        return sorted(items, key=lambda item: -size(item))

    def _choose(self, item: Item) -> bool:
        self._see(item)
        slot = self.chooser.best(item)
        if slot is None:
            return False
        self.board.put(item, slot)
        self.placed[item.name] = slot.target.name
        return True

    def _see(self, item: Item) -> None:
        if self.watch is not None:
            self.watch(item, self.chooser)

    def _solve(self, left: Sequence[Item]) -> str | None:
        """Try the exact model for what is left, when it is there and the problem is small enough."""
        if not left and self.settings.mode != "optimal":
            return None
        from ansible_collections.kombify.stack.plugins.module_utils.plan.places.solver import (
            solve,  # imported late: OR-Tools is an optional extra and takes a second to load
        )

        answer = solve(self.items, self.board, self.chooser, self.placed, self.current)
        if answer is None:
            return None
        if answer.assignments is not None:
            self._rearrange(answer.assignments)
        return answer.proof

    def _rearrange(self, wanted: Mapping[str, str]) -> None:
        slots = self.board.slots
        for name in [name for name, target in self.placed.items() if wanted.get(name) != target]:
            self.board.take(self.items[name], slots[self.placed.pop(name)])
        for name in self.items:
            if name in wanted and name not in self.placed:
                self.board.put(self.items[name], slots[wanted[name]])
                self.placed[name] = wanted[name]

    def _verdict(self, name: str) -> Verdict:
        if name not in self.current:
            return "new"
        return "kept" if self.current[name] == self.placed[name] else "moved"

    def _why_not(self, item: Item) -> dict[str, str]:
        found = {}
        for name, slot in self.board.slots.items():
            fault = static_fault(item, slot.target) or moving_fault(item, slot, self.board)
            found[name] = fault[1] if fault else "is kept free for others"
        return found
