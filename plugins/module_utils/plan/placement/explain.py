# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Explanations as data: one row per target, always, with what each factor gave or which filter refused it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.messages import human_amount, reason, refusal
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Weights
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.record import Record
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.score import scorer, standing

Status = Literal["kept", "new", "moved", "unplaced"]

FACTORS = {"ram": "memory", "disk": "storage", "cpu": "cpu", "load": "load", "reliability": "reliability"}
"""The factors by the word of the table, and the weight that each has."""

NO_WEIGHTS = Weights(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a score: a share in thousandths (None: unknown), its weight, thousandths of a point."""

    value: int | None
    weight: int
    points: int
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Soft:
    """One soft term: ``prefer``, ``avoid``, ``failed``, ``with``, ``apart`` or ``spread``; thousandths of a point."""

    term: str
    about: str
    points: int


@dataclass(frozen=True)
class Candidate:
    """One target as a place for one item: either scored, or refused by a filter."""

    node: str
    feasible: bool
    why: str
    rejected_by: str | None
    needs: Mapping[str, object]
    has: Mapping[str, object]
    short_by: Mapping[str, int]
    factors: Mapping[str, Factor]
    soft: tuple[Soft, ...]
    total: int | None

    @property
    def unknown_size(self) -> bool:
        """Tell whether only the missing size stands in the way."""
        return self.rejected_by == "room" and self.has.get("size", 0) is None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data: points with one decimal, the total with two, values with three."""
        return {
            "node": self.node,
            "feasible": self.feasible,
            "rejected_by": self.rejected_by,
            "needs": dict(self.needs),
            "has": dict(self.has),
            "short_by": dict(self.short_by),
            "factors": {
                name: {
                    "value": None if factor.value is None else factor.value / 1000,
                    "weight": factor.weight,
                    "points": rounded(factor.points, 1),
                    "assumed": factor.assumed,
                }
                for name, factor in self.factors.items()
            },
            "soft": [{"term": soft.term, "about": soft.about, "points": rounded(soft.points, 1)} for soft in self.soft],
            "total": None if self.total is None else rounded(self.total, 2),
            "why": self.why,
        }


@dataclass(frozen=True)
class Explanation:
    """Why an item is where it is; ``candidates`` are in natural order of their names."""

    item: str
    chosen: str | None
    status: Status
    reason: str
    candidates: tuple[Candidate, ...]
    facts_hash: str
    weights: Weights

    @property
    def counts(self) -> dict[str, int]:
        """Return how many targets each filter refused; with the feasible ones they add up to all."""
        return dict(Counter(found.rejected_by for found in self.candidates if found.rejected_by))

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "item": self.item,
            "chosen": self.chosen,
            "status": self.status,
            "reason": self.reason,
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "facts_hash": self.facts_hash,
            "weights": {word: getattr(self.weights, weight) for word, weight in FACTORS.items()},
        }


def rounded(thousandths: int, decimals: Literal[1, 2]) -> float:
    """Return points with a fixed number of decimals, halves away from zero."""
    step = 100 if decimals == 1 else 10
    size = (abs(thousandths) + step // 2) // step
    return (size if thousandths >= 0 else -size) / (1000 // step)


def explain(record: Record, name: str, without: frozenset[str] = frozenset()) -> Explanation:
    """Explain the place of one item, or the place it would get without some targets."""
    item = record.question.item[name]
    chosen = record.final.get(name)
    decided = chosen is not None and record.journal[record.last[name]].cause in {"chosen", "pinned", "alone"}
    placer = record.before(name) if decided else record.around(name)
    if record.last.get(name) is not None and record.journal[record.last[name]].cause == "alone":
        placer.neighbours.leave_behind(placer.neighbours.followers(item))
    if without:
        item = replace(item, not_on=item.not_on | without)
        chosen = placer.choose(item)
    rows = tuple(_candidate(placer, item, number, chosen) for number in range(len(record.question.targets)))
    status = _status(record, name, chosen)
    return Explanation(
        item=name,
        chosen=None if chosen is None else record.question.targets[chosen].name,
        status=status,
        reason=_reason(record, name, status, rows),
        candidates=rows,
        facts_hash=record.question.settings.facts_hash,
        weights=placer.weights(item),
    )


def _status(record: Record, name: str, chosen: int | None) -> Status:
    if chosen is None:
        return "unplaced"
    before = record.question.current.get(name)
    if before is None:
        return "new"
    return "kept" if record.question.targets[chosen].name == before else "moved"


def _reason(record: Record, name: str, status: Status, rows: tuple[Candidate, ...]) -> str:
    possible = sum(row.feasible for row in rows)
    if status == "unplaced":
        counts = Counter(row.rejected_by for row in rows)
        found = ", ".join(f"{count} by {word}" for word, count in counts.items())
        return f"none of {len(rows)} nodes is possible: refused {found}" if rows else "there are no nodes"
    if status == "kept":
        return "it stays where it is"
    if status == "moved" and name in record.refusals:
        return refusal(*record.refusals[name], record.question.current[name])
    if name in record.for_others:
        return f"it made room for {record.for_others[name]}"
    if record.question.item[name].pinned:
        return "the spec says so"
    if record.journal[record.last[name]].cause == "rearranged":
        return "only a wider search found room for everything"
    return "the only possible node" if possible == 1 else f"highest score of {possible} possible nodes"


def _candidate(placer: Placer, item: Item, number: int, chosen: int | None) -> Candidate:
    target = placer.question.targets[number]
    refused = None if number == chosen else placer.filters.first(item, number)
    if refused is not None:
        word, rejection = refused
        why = reason(word, rejection, placer.question.allocatable[number])
        return Candidate(target.name, False, why, word, *rejection, factors={}, soft=(), total=None)
    factors = {word: _factor(placer, item, number, word) for word in FACTORS}
    company = placer.neighbours.soft(item, number)
    soft = tuple(Soft(*term) for term in (*standing(item, target.name), *company))
    return Candidate(
        node=target.name,
        feasible=True,
        why=_what_stays(placer, item, number),
        rejected_by=None,
        needs=item.requests.as_dict(),
        has=_free(placer, number),
        short_by={},
        factors=factors,
        soft=soft,
        total=sum(factor.points for factor in factors.values()) + sum(term.points for term in soft),
    )


def _factor(placer: Placer, item: Item, number: int, word: str) -> Factor:
    """Return one factor: the score with every other weight set to nothing."""
    weight = getattr(placer.weights(item), FACTORS[word])
    requests = item.requests
    value, points = (
        scorer(placer.board, replace(NO_WEIGHTS, **{FACTORS[word]: weight_}))(
            number, requests.memory, requests.storage, requests.cpu
        )
        for weight_ in (1, weight)
    )
    target = placer.question.targets[number]
    missing = {"load": target.load is None, "reliability": target.reliability is None}
    unknown = not placer.board.known[number] and word in {"ram", "disk"}
    return Factor(None if unknown else value, weight, points, missing.get(word, False))


def _free(placer: Placer, number: int) -> dict[str, object]:
    board = placer.board
    if not board.known[number]:
        return {"size": None}
    return {"memory": board.free_memory[number], "storage": board.free_storage[number], "cpu": board.free_cpu[number]}


def _what_stays(placer: Placer, item: Item, number: int) -> str:
    size = placer.question.allocatable[number]
    if size is None:
        return "its size is not known yet"
    board, requests = placer.board, item.requests
    memory = f"{_part(board.free_memory[number] - requests.memory, size.memory)} RAM"
    if not requests.storage:
        return f"{memory} stay free"
    return f"{memory} and {_part(board.free_storage[number] - requests.storage, size.storage)} disk stay free"


def _part(free: int, size: int) -> str:
    """Return ``27.5 of 31.5 GiB``; the first unit is left out where it is the same."""
    left, whole = human_amount("memory", max(0, free)), human_amount("memory", size)
    return f"{left.removesuffix(whole[whole.index(' ') :])} of {whole}"
