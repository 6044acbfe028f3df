# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact model (CP-SAT), for what the heuristic left over and for mode: optimal on small stacks.

Needs the extra ``solver``. Deterministic: one worker, a fixed seed, a limit in deterministic time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.filters import static_fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import Item

MAX_PAIRS = 10_000
MAX_DETERMINISTIC_TIME = 20.0
RESOURCES = (("memory", "RAM"), ("storage", "disk"), ("cpu", "CPU"))


@dataclass(frozen=True)
class Answer:
    """A better arrangement, or none, with what was proved about what is left over."""

    assignments: dict[str, str] | None
    proof: str | None = None


def available() -> bool:
    """Tell whether OR-Tools is installed."""
    try:
        import ortools.sat.python.cp_model  # noqa: F401  # only asked for, not used
    except ImportError:
        return False
    return True


def solve(
    items: Mapping[str, Item],
    board: Board,
    chooser: Chooser,
    placed: Mapping[str, str],
    current: Mapping[str, str],
) -> Answer | None:
    """Return the best arrangement: most items placed, then least data moved, then fewest moves, then the score.

    None when OR-Tools is missing, the problem is too large, or rules between items (spread, apart, with) are at work,
    which the model does not know.
    """
    movable = {name: item for name, item in items.items() if item.plain and not item.pinned}
    if not available() or len(movable) != sum(1 for item in items.values() if not item.pinned):
        return None
    allowed = {name: _allowed(item, chooser, placed) for name, item in movable.items()}
    if sum(len(names) for names in allowed.values()) > MAX_PAIRS:
        return None
    return _Model(movable, allowed, board, chooser, placed, current).answer()


def _allowed(item: Item, chooser: Chooser, placed: Mapping[str, str]) -> list[str]:
    names = chooser.allowed(item)
    if item.sticky and item.name in placed:
        names = frozenset({placed[item.name]})
    if item.volume_on is not None and item.volume_on in chooser.board.slots:
        names &= frozenset({item.volume_on})
    slots = chooser.board.slots
    known = (slots[name] for name in names if slots[name].target.allocatable is not None)
    return [slot.target.name for slot in sorted(known, key=lambda slot: slot.order)]


class _Model:
    def __init__(
        self,
        items: Mapping[str, Item],
        allowed: Mapping[str, list[str]],
        board: Board,
        chooser: Chooser,
        placed: Mapping[str, str],
        current: Mapping[str, str],
    ) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model
        self.items, self.allowed, self.board, self.chooser = items, allowed, board, chooser
        self.placed, self.current = placed, current
        self.model: Any = cp_model.CpModel()
        self.variables: dict[tuple[str, str], Any] = {}
        for name, targets in allowed.items():
            for target in targets:
                self.variables[name, target] = self.model.new_bool_var("")
            self.model.add_at_most_one(self.variables[name, target] for target in targets)
        for target, slot in board.slots.items():
            self._capacity(target, slot)

    def _capacity(self, target: str, slot: Any) -> None:
        """Bound each resource by what is free now plus what movable items hold there."""
        own = [name for name, place in self.placed.items() if place == target and name in self.items]
        for resource, _label in RESOURCES:
            if resource in self.board.settings.unlimited:
                continue
            held = sum(getattr(self.items[name].requests, resource) for name in own)
            users = [
                (self.variables[name, target], getattr(item.requests, resource))
                for name, item in self.items.items()
                if (name, target) in self.variables
            ]
            terms = [variable * need for variable, need in users if need]
            if terms:
                self.model.add(sum(terms) <= getattr(slot, resource) + held)

    def answer(self) -> Answer:
        for name, target in self.variables:
            self.model.add_hint(self.variables[name, target], self.placed.get(name) == target)
        count = sum(self.variables.values())
        best, proved = self._maximise(count)
        if best is None:
            return Answer(None)
        total = sum(best.values())
        if total <= sum(1 for name in self.items if name in self.placed) and self.board.settings.mode != "optimal":
            return Answer(None, self._proof(total) if proved else None)
        self.model.add(count >= total)
        stay = {pair: self._stays(*pair) for pair in self.variables}
        bytes_kept = sum(self.variables[pair] * (1 + self.items[pair[0]].data // 2**20) for pair in stay if stay[pair])
        for goal in (bytes_kept, sum(self.variables[pair] for pair in stay if stay[pair])):
            if isinstance(goal, int):
                continue
            best, _proved = self._maximise(goal)
            if best is None:
                return Answer(None)
            value = sum(best[pair] for pair in stay if stay[pair])
            if goal is not bytes_kept:
                self.model.add(goal >= value)
        return Answer(self._read(best), None)

    def _stays(self, name: str, target: str) -> bool:
        return self.current.get(name, self.placed.get(name)) == target

    def _maximise(self, goal: Any) -> tuple[dict[tuple[str, str], int] | None, bool]:
        self.model.maximize(goal)
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = MAX_DETERMINISTIC_TIME
        status = solver.solve(self.model)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return None, False
        values = {pair: solver.value(variable) for pair, variable in self.variables.items()}
        return values, status == self.cp.OPTIMAL

    def _read(self, values: Mapping[tuple[str, str], int]) -> dict[str, str]:
        fixed = {name: target for name, target in self.placed.items() if name not in self.items}
        return fixed | {name: target for (name, target), value in values.items() if value}

    def _proof(self, most: int) -> str:
        """Name the resource that stands in the way: the one that is shortest over all."""
        left = len(self.items) - most
        short = []
        for resource, label in RESOURCES:
            need = sum(getattr(item.requests, resource) for item in self.items.values())
            have = sum(
                getattr(slot.allocatable, resource)
                for slot in self.board.slots.values()
                if static_fault_free(self, slot.target.name)
            )
            short.append((need * 1000 // max(1, have), label))
        worst = max(short)[1]
        return f"proved: no arrangement places more; {left} left over, {worst} is what is short"


def static_fault_free(model: _Model, target: str) -> bool:
    """Tell whether any item may go to a target at all."""
    return any(target in names for names in model.allowed.values())


__all__ = ["Answer", "available", "solve", "static_fault"]
