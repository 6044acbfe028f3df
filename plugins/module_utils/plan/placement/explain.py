# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an item is where it is: one row for every target, at the moment of the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Slot, score
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import fault
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Placement,
    Settings,
    Target,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

NOTHING = Amounts()
FACTORS = ("memory", "storage", "cpu", "load", "reliability")


@dataclass(frozen=True)
class Factor:
    """One factor of a score: thousandths reached, its weight in points, thousandths of points."""

    value: int
    weight: int
    points: int
    assumed: bool = False


@dataclass(frozen=True)
class Candidate:
    """One target: feasible or why not, free amounts after placing, the factors and their total."""

    target: str
    feasible: bool
    rejected_by: str | None = None
    reason: str = ""
    free: Amounts = NOTHING
    allocatable: Amounts | None = None
    factors: Mapping[str, Factor] = field(default_factory=dict)
    soft: tuple[tuple[str, int], ...] = ()
    total: int = 0


@dataclass(frozen=True)
class Explanation:
    """Everything about one decision. Totals and points are thousandths of points."""

    item: str
    needs: Amounts
    chosen: str | None
    verdict: str | None
    reason: str
    candidates: tuple[Candidate, ...]
    weights: Weights

    @property
    def rejected(self) -> dict[str, int]:
        """Return how many targets each constraint refused; with the feasible ones the counts add up."""
        counts: dict[str, int] = {}
        for one in self.candidates:
            if one.rejected_by is not None:
                counts[one.rejected_by] = counts.get(one.rejected_by, 0) + 1
        return counts


def explain(
    name: str,
    items: Iterable[Item],
    targets: Iterable[Target],
    *,
    current: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    forbidden: frozenset[str] = frozenset(),
) -> Explanation | None:
    """Place everything again and write down the decision about one item; None when there is no such item.

    ``forbidden`` answers "what if not there".
    """
    settings = settings or Settings()
    listed = [_refusing(item, forbidden) if item.name == name else item for item in items]
    seen: list[tuple[Item, tuple[Candidate, ...]]] = []

    def watch(item: Item, chooser: Chooser) -> None:
        if item.name == name:
            seen.append((item, _candidates(item, chooser)))

    result = place(listed, targets, current=current, settings=settings, watch=watch)
    if not seen:
        return None
    item, candidates = seen[-1]
    return Explanation(
        item=name,
        needs=item.requests,
        chosen=result.assignments.get(name),
        verdict=result.verdicts.get(name),
        reason=_reason(name, result),
        candidates=_best_first(candidates, result.assignments.get(name)),
        weights=item.weights or settings.weights,
    )


def _refusing(item: Item, forbidden: frozenset[str]) -> Item:
    return replace(item, refused=item.refused | forbidden, pinned=item.pinned and not forbidden)


def _reason(name: str, result: Placement) -> str:
    if name in result.unplaced:
        return result.proof or "it fits nowhere"
    return result.reasons.get(name, "")


def _best_first(candidates: tuple[Candidate, ...], chosen: str | None) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda one: (one.target != chosen, not one.feasible, -one.total)))


def _candidates(item: Item, chooser: Chooser) -> tuple[Candidate, ...]:
    return tuple(_candidate(item, slot, chooser) for slot in chooser.board.slots.values())


def _candidate(item: Item, slot: Slot, chooser: Chooser) -> Candidate:
    need = item.requests
    free = Amounts(slot.memory - need.memory, slot.storage - need.storage, slot.cpu - need.cpu)
    found = fault(item, slot, chooser.board)
    if found is not None:
        return Candidate(slot.target.name, False, *found, free=free, allocatable=slot.target.allocatable)
    soft = tuple(chooser.soft(item, slot))
    factors = _factors(item, slot, chooser)
    total = sum(one.points for one in factors.values()) + sum(points for _wish, points in soft)
    return Candidate(
        slot.target.name, True, free=free, allocatable=slot.target.allocatable, factors=factors, soft=soft, total=total
    )


def _factors(item: Item, slot: Slot, chooser: Chooser) -> dict[str, Factor]:
    """Return each factor alone: the score with only its weight, so that the rows add up to the total."""
    weights, need = item.weights or chooser.board.settings.weights, item.requests
    assumed = {"load": slot.target.load is None, "reliability": slot.target.reliability is None}
    found = {}
    for factor in FACTORS:
        alone = Weights(**{name: 1 if name == factor else 0 for name in FACTORS})
        value = score(slot, need.memory, need.storage, need.cpu, alone, pack=chooser.board.pack)
        weight = getattr(weights, factor)
        found[factor] = Factor(value, weight, value * weight, assumed.get(factor, False))
    return found
