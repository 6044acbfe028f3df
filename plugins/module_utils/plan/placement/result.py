# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer: where everything goes, what moved, what found no place, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import Explanation, explain
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.messages import refusal
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.record import Record
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.cpsat import INSTALL, installed
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.relief import Infeasible

SEARCHES: Mapping[str | None, str] = {
    "not installed": INSTALL,
    "too large": "there are too many nodes to search all arrangements",
    "gave up": "the search of all arrangements reached its limit",
}


@dataclass(frozen=True, slots=True)
class Move:
    """An item that had a place and gets another one; ``reason`` is a sentence without full stop."""

    item: str
    source: str
    target: str
    reason: str


@dataclass(frozen=True)
class Unplaced:
    """An item that found no place. What it says about targets is worked out when it is asked for."""

    item: str
    record: Record
    infeasible: Infeasible | None = None

    @cached_property
    def explanation(self) -> Explanation:
        """The whole table: one row per target."""
        return explain(self.record, self.item)

    @property
    def nodes(self) -> dict[str, str]:
        """Say for each target why not."""
        return {candidate.node: candidate.why for candidate in self.explanation.candidates}

    @property
    def waits_for_facts(self) -> bool:
        """Tell whether the item may still fit, once the size of a target is known."""
        return any(candidate.unknown_size for candidate in self.explanation.candidates)

    @property
    def message(self) -> str:
        """Say in one sentence what stands in the way."""
        if self.infeasible is not None:
            return self.infeasible.message
        end = self.record.searches.get(self.item)
        return self.explanation.reason + (f"; {SEARCHES[end]}" if end in SEARCHES else "")


@dataclass(frozen=True)
class Placement:
    """Where each item goes. Equal questions have equal placements, whatever the order they were asked in."""

    record: Record
    assignments: Mapping[str, str]
    moved: tuple[Move, ...]
    unplaced: Mapping[str, Unplaced]

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what the answer lacks compared with what was asked for."""
        wanted = self.question.settings.mode == "optimal" and not installed()
        return (f"mode optimal was not used: {INSTALL}",) if wanted else ()

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.record.question

    def explain(self, item: str, without: Collection[str] = ()) -> Explanation:
        """Explain one item's place, or where it would go ``without`` some targets.

        A new or moved item is shown as things were when it was placed, one that stays as things are in the end.
        Raises KeyError when there is no such item.
        """
        return explain(self.record, item, frozenset(without))


def answer(record: Record, proofs: Mapping[str, Infeasible] | None = None) -> Placement:
    """Return the placement that a journal ends in."""
    question = record.question
    places = {name: question.targets[number].name for name, number in record.final.items()}
    assignments = {item.name: places[item.name] for item in question.items if item.name in places}
    return Placement(
        record=record,
        assignments=assignments,
        moved=tuple(_moves(record, assignments)),
        unplaced={
            item.name: Unplaced(item.name, record, (proofs or {}).get(item.name))
            for item in question.items
            if item.name not in places
        },
    )


def _moves(record: Record, assignments: Mapping[str, str]) -> list[Move]:
    current = record.question.current
    return [
        Move(item, current[item], target, _why_moved(record, item))
        for item, target in assignments.items()
        if current.get(item, target) != target
    ]


def _why_moved(record: Record, item: str) -> str:
    if item in record.refusals:
        return refusal(*record.refusals[item], record.question.current[item])
    if item in record.for_others:
        return f"it made room for {record.for_others[item]}"
    return "only a wider search found room for everything"
