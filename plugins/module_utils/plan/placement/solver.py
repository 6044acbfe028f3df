# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking the exact solver: for what the heuristic left over, and with mode: optimal on small stacks.

Goals in this order: most items placed, fewest bytes of data moved, fewest moves, highest sum of scores. A score depends
on what else is there, so the last goal takes the scores as they are where the heuristic put everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.exact import Model, Pair
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import RESOURCES, Item
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size

MAX_PAIRS = 10_000
LABELS = {"memory": "RAM", "storage": "disk", "cpu": "CPU"}
MISSING = "mode: optimal needs OR-Tools, so the fast way was taken: pip install 'kombify[solver]'"


@dataclass(frozen=True)
class Answer:
    """Better places (empty: keep what there is), a proof about what is left over, or why nothing was solved."""

    assignments: Mapping[str, str] = field(default_factory=dict)
    proof: str | None = None
    note: str | None = None


def available() -> bool:
    """Tell whether OR-Tools is installed."""
    return find_spec("ortools") is not None


def solve(items: Mapping[str, Item], chooser: Chooser, placed: Mapping[str, str]) -> Answer:
    """Return the best places of all items that are not pinned. The board is left as it was."""
    wanted = chooser.board.settings.mode == "optimal"
    if not available():
        return Answer(note=MISSING if wanted else None)
    movable = {name: item for name, item in items.items() if not item.pinned}
    pairs = sum(len(chooser.board.allowed(item)) for item in movable.values())
    if pairs > MAX_PAIRS:
        reason = f"mode: optimal is for at most {MAX_PAIRS:,} pairs of item and target, here are {pairs:,}"
        return Answer(note=f"{reason}; the fast way was taken" if wanted else None)
    scores = _scores(movable, chooser, placed)
    present = {name: placed[name] for name in movable if name in placed}
    _lift(movable, present, chooser.board, away=True)
    try:
        return _Search(movable, chooser.board, present, scores).answer()
    finally:
        _lift(movable, present, chooser.board, away=False)


def _scores(items: Mapping[str, Item], chooser: Chooser, placed: Mapping[str, str]) -> dict[Pair, int]:
    """Return what each item would score on each target, all others staying where they are."""
    board, found = chooser.board, {}
    for name, item in items.items():
        here = board.slots.get(placed.get(name, ""))
        if here is not None:
            board.take(item, here)
        for target in board.allowed(item):
            found[name, target] = -chooser.rank(item, board.slots[target])[0]
        if here is not None:
            board.put(item, here)
    return found


def _lift(items: Mapping[str, Item], places: Mapping[str, str], board: Board, *, away: bool) -> None:
    """Take items off the board, or put them back."""
    for name, target in places.items():
        (board.take if away else board.put)(items[name], board.slots[target])


class _Search:
    def __init__(
        self, items: Mapping[str, Item], board: Board, placed: Mapping[str, str], scores: Mapping[Pair, int]
    ) -> None:
        self.items, self.board, self.placed, self.scores = items, board, placed, scores
        self.allowed = {name: targets for name, item in items.items() if (targets := self._targets(item))}
        self.held: dict[str, int] = {}
        for name, target in placed.items():
            self.held[target] = self.held.get(target, 0) + items[name].requests.memory

    def answer(self) -> Answer:
        """Go through the goals; each keeps what the earlier ones reached."""
        if not self.allowed:
            return Answer()
        model = self._model()
        best = model.maximise(model.weighted(dict.fromkeys(model.variables, 1)), self.placed)
        if best is None or len(best) < len(self.placed):
            return Answer()
        proof = self._proof() if model.proved and len(best) < len(self.allowed) else None
        if len(best) == len(self.placed) and self.board.settings.mode != "optimal":
            return Answer(proof=proof)
        model.require(model.weighted(dict.fromkeys(model.variables, 1)) >= len(best))
        for weights in self._goals():
            goal = model.weighted(weights)
            better = model.maximise(goal, best) if weights else None
            if better is not None:
                best = better
                model.require(goal >= sum(weights.get(pair, 0) for pair in best.items()))
        return Answer(best, proof)

    def _model(self, relaxed: tuple[str, ...] = ()) -> Model:
        items = {name: self.items[name] for name in self.allowed}
        return Model(items, self.allowed, self.board, self.held, relaxed)

    def _targets(self, item: Item) -> list[str]:
        """Return where an item could go if nothing else moved onto the board; sticky ones stay."""
        names = self.board.allowed(item)
        here = self.board.current.get(item.name)
        if item.sticky and here is not None and self.placed.get(item.name) == here:
            names = frozenset({here})
        slots = sorted((self.board.slots[name] for name in names), key=lambda slot: slot.order)
        return [slot.target.name for slot in slots if not self._refused(item, slot.target.name)]

    def _refused(self, item: Item, target: str) -> bool:
        """Tell whether a target refuses an item even without all that could move."""
        found = fault(item, self.board.slots[target], self.board, alone=True)
        return found is not None and found[0] != "survive"

    def _goals(self) -> tuple[dict[Pair, int], ...]:
        here = {(name, target): self.items[name] for name, target in self.board.current.items() if name in self.allowed}
        stays = {pair: item for pair, item in here.items() if pair[1] in self.allowed[pair[0]]}
        data = {pair: -(-item.data // 2**20) for pair, item in stays.items() if item.data}
        pairs = ((name, target) for name, targets in self.allowed.items() for target in targets)
        return data, dict.fromkeys(stays, 1), {pair: self.scores[pair] for pair in pairs}

    def _proof(self) -> str:
        """Name the resource without whose limit everything fits, and the smallest change that helps."""
        for resource in self.board.limited:
            model = self._model((resource,))
            everything = model.weighted(dict.fromkeys(model.variables, 1)) >= len(self.allowed)
            model.require(everything)
            if model.maximise(0, self.placed) is not None:
                return f"proved: not everything fits, {LABELS[resource]} is what is short{self._relief(resource)}"
        model = self._model(RESOURCES)
        model.require(model.weighted(dict.fromkeys(model.variables, 1)) >= len(self.allowed))
        if model.maximise(0, self.placed) is not None:
            return "proved: not everything fits, more than one resource is short"
        return "proved: not everything fits, rules between services (ports, with, apart, spread) stand in the way"

    def _relief(self, resource: str) -> str:
        """Say how much more of a resource on which target would do."""
        model = self._model((resource,))
        model.require(model.weighted(dict.fromkeys(model.variables, 1)) >= len(self.allowed))
        best = model.maximise(-model.relief(resource), self.placed)
        if best is None:
            return ""
        need: dict[str, int] = {}
        for name, target in best.items():
            need[target] = need.get(target, 0) + getattr(self.items[name].requests, resource)
        for target, amount in need.items():
            more = amount - getattr(self.board.slots[target], resource)
            if more > 0:
                text = f"{more / 1000:g} cores" if resource == "cpu" else human_size(more)
                return f"; the smallest change that helps: {text} more on {target}"
        return ""
