# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The placer: a board with everything that decides on it, and the journal of what was done.

Every decision is one line of the journal, so that an explanation can go back to the moment when it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Literal, NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import RESOURCES, Amounts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import UNLIMITED, Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import Filters
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Weights
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.neighbours import Neighbours
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.ranking import Ranking
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.score import Score, scorer, standing
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.wishes import Eligible

Cause = Literal["pinned", "kept", "chosen", "alone", "returned", "made room", "rearranged"]


class Step(NamedTuple):
    """An item was put on a target, or taken away (None), and why."""

    item: str
    target: int | None
    cause: Cause


class Placer:
    """Chooses targets for items and keeps the books."""

    def __init__(self, question: Question) -> None:
        """Start with an empty board."""
        self.question = question
        self.board = Board(question)
        self.eligible = Eligible(question)
        self.neighbours = Neighbours(self.board, self.eligible)
        self.filters = Filters(self.board, self.neighbours)
        self.journal: list[Step] = []
        self._scores: dict[Weights, Score] = {}
        self._rankings: dict[Hashable, Ranking] = {}
        self._free_of_charge = [name for name in RESOURCES if name not in question.settings.enforce]

    def put(self, item: Item, number: int, cause: Cause) -> None:
        """Put an item on a target."""
        self.board.put(item, number)
        self.journal.append(Step(item.name, number, cause))

    def take(self, item: Item, cause: Cause) -> int:
        """Take an item away; return where it was."""
        self.journal.append(Step(item.name, None, cause))
        return self.board.take(item)

    def replay(self, steps: Collection[Step]) -> None:
        """Do what another placer did."""
        for step in steps:
            item = self.question.item[step.item]
            if step.cause == "alone":
                self.neighbours.leave_behind(self.neighbours.followers(item))
            if step.target is None:
                self.take(item, step.cause)
            else:
                self.put(item, step.target, step.cause)

    def weights(self, item: Item) -> Weights:
        """Return the weights that count for an item."""
        return item.weights or self.question.settings.weights

    def score(self, item: Item) -> Score:
        """Return the score function for an item's weights."""
        weights = self.weights(item)
        if weights not in self._scores:
            self._scores[weights] = scorer(self.board, weights)
        return self._scores[weights]

    def points(self, item: Item, number: int) -> int:
        """Return the whole score of a target, soft terms included, in thousandths of a point."""
        requests = item.requests
        fixed = self.score(item)(number, requests.memory, requests.storage, requests.cpu)
        name = self.question.targets[number].name
        return fixed + sum(points for _term, _about, points in standing(item, name)) + self._company(item, number)

    def _company(self, item: Item, number: int) -> int:
        return sum(points for _term, _about, points in self.neighbours.soft(item, number))

    def choose(self, item: Item, without: Collection[int] = ()) -> int | None:
        """Return the best target that passes all filters, or None."""
        passes = self.filters.changing(item)
        allowed = passes
        if without:
            allowed = lambda number: number not in without and (passes is None or passes(number))  # noqa: E731
        return self._ranking(item).best(
            item,
            self._room(item),
            allowed,
            (lambda number: self._company(item, number)) if self.neighbours.prefers(item) else None,
            self.neighbours.most_points(item),
        )

    def _room(self, item: Item) -> Amounts:
        demand = self.neighbours.demand(item)
        if not self._free_of_charge:
            return demand
        needs = {name: -UNLIMITED if name in self._free_of_charge else demand.of(name) for name in RESOURCES}
        return Amounts(**needs)

    def _ranking(self, item: Item) -> Ranking:
        numbers = self.eligible(item)
        weights = self.weights(item)
        key = (numbers, item.prefer, item.avoid, item.failed_on, weights)
        if key not in self._rankings:
            targets = self.question.targets
            extra = [sum(points for _t, _a, points in standing(item, targets[number].name)) for number in numbers]
            self._rankings[key] = Ranking(self.board, self.score(item), weights, numbers, extra)
        return self._rankings[key]
