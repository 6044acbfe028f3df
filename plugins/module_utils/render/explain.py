# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A placement decision as a table that anybody can check with a pocket calculator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import Candidate, Explanation
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Amounts, Target
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size

UNKNOWN_SIZE = "its size is not known"
COLUMNS = {"memory": "RAM", "storage": "disk", "cpu": "CPU", "load": "load", "reliability": "uptime"}
RESULTS = {"fit": "no room", "state": "away", "data": "no data"}
VERDICTS = {"new": "new placement", "kept": "stays where it is", "moved": "moved"}


@dataclass(frozen=True)
class DecisionTable:
    """A decision for people: one line above, one row a target, and what to do to have it otherwise."""

    headline: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footer: tuple[str, ...] = ()

    RIGHT = (2, 3, 4, 5, 6, 7)
    """The columns that hold numbers."""


def decision_table(found: Explanation, targets: Mapping[str, Target]) -> DecisionTable:
    """Return the table of a decision; ``targets`` are those that it was made among, by name."""
    best = max((targets[one.target].capability for one in found.candidates), default=0)
    weights = tuple(f"{label} {getattr(found.weights, factor)}" for factor, label in COLUMNS.items())
    return DecisionTable(
        headline=_headline(found, targets),
        headers=("node", "result", *weights, "total", "why"),
        rows=tuple(_row(one, found, targets[one.target], best) for one in found.candidates),
        footer=_footer(found),
    )


def decision_data(found: Explanation) -> dict[str, Any]:
    """Return a decision for a program; points and totals are points, values are shares from 0 to 1."""
    return {
        "item": found.item,
        "chosen": found.chosen,
        "verdict": found.verdict,
        "reason": found.reason,
        "needs": _amounts(found.needs),
        "candidates": [_candidate(one, found) for one in found.candidates],
        "rejected": found.rejected,
        "weights": {factor: getattr(found.weights, factor) for factor in COLUMNS},
    }


def _headline(found: Explanation, targets: Mapping[str, Target]) -> str:
    needs = f"needs {_needs(found.needs)}"
    if found.chosen is None and any(one.reason == UNKNOWN_SIZE for one in found.candidates):
        return f"{found.item} waits: it gets a place when sizes are known   ({needs})"
    if found.chosen is None:
        why = f": {found.reason}" if found.reason else ""
        return f"{found.item} has no place{why}   ({needs})"
    chosen = next(one for one in found.candidates if one.target == found.chosen)
    verdict = VERDICTS.get(found.verdict or "", "placed")
    verdict += f": {found.reason}" if found.reason else ""
    if targets[found.chosen].kind == "cluster":
        return f"{found.item} -> cluster {found.chosen}   ({verdict}; {needs}; Kubernetes chooses the node)"
    total = f"{chosen.total / 1000:.2f} of {found.weights.total}" if chosen.feasible else "pinned"
    return f"{found.item} -> {found.chosen}   {total}   ({verdict}; {needs})"


def _needs(needs: Amounts) -> str:
    parts = [f"{human_size(needs.memory)} RAM"]
    if needs.storage:
        parts.append(f"{human_size(needs.storage)} disk")
    return ", ".join([*parts, _cores(needs.cpu)])


def _row(one: Candidate, found: Explanation, target: Target, best: int) -> tuple[str, ...]:
    name = f"{one.target} (cluster)" if target.kind == "cluster" else one.target
    if not one.feasible:
        pinned = one.target == found.chosen
        result = "chosen" if pinned else RESULTS.get(one.rejected_by or "", "not allowed")
        return (name, result, *("-" for _factor in COLUMNS), "-", one.reason)
    if target.kind == "cluster":
        return (name, "chosen", *("-" for _factor in COLUMNS), "-", _room(one, found))
    points = tuple(f"{one.factors[factor].points / 1000:.1f}" for factor in COLUMNS)
    result = "chosen" if one.target == found.chosen else "possible"
    return (name, result, *points, f"{one.total / 1000:.2f}", "; ".join(_reasons(one, found, target, best)))


def _reasons(one: Candidate, found: Explanation, target: Target, best: int) -> list[str]:
    reasons = [_room(one, found)]
    if target.capability < best:
        reasons.append(f"slower CPU ({target.capability / 1000:g} cores against {best / 1000:g})")
    reasons += [f"{wish} {points / 1000:+g}" for wish, points in one.soft]
    assumed = [COLUMNS[factor] for factor, value in one.factors.items() if value.assumed and value.weight]
    return [*reasons, f"{' and '.join(assumed)} assumed"] if assumed else reasons


def _room(one: Candidate, found: Explanation) -> str:
    """Say what stays free; what a policy lets be over-committed may fall below nothing."""
    if one.allocatable is None:
        return UNKNOWN_SIZE
    stay = {"RAM": (one.free.memory, one.allocatable.memory)}
    if found.needs.storage:
        stay["disk"] = (one.free.storage, one.allocatable.storage)
    free = [f"{_of(part, whole)} {what}" for what, (part, whole) in stay.items() if part >= 0]
    short = [f"{what} is over-committed by {human_size(-part)}" for what, (part, _whole) in stay.items() if part < 0]
    return "; ".join([*([f"{' and '.join(free)} stay free"] if free else []), *short])


def _of(free: int, whole: int) -> str:
    """Say how much of how much, the unit once where it is the same."""
    part, of = human_size(free), human_size(whole)
    number, unit = part.split(" ")
    return f"{number if of.endswith(f' {unit}') else part} of {of}"


def _cores(cpu: int) -> str:
    return f"{cpu / 1000:g} core{'' if cpu == 1000 else 's'}"


def _footer(found: Explanation) -> tuple[str, ...]:
    other = next((one.target for one in found.candidates if one.feasible and one.target != found.chosen), None)
    if other is None:
        return ()
    return (f"To force it elsewhere:  services.{found.item.partition('/')[0]}.runs_on: {other}",)


def _candidate(one: Candidate, found: Explanation) -> dict[str, Any]:
    return {
        "node": one.target,
        "feasible": one.feasible,
        "rejected_by": one.rejected_by,
        "reason": one.reason,
        "needs": _amounts(found.needs),
        "free_after": _amounts(one.free),
        "allocatable": _amounts(one.allocatable) if one.allocatable else None,
        "factors": {
            factor: {
                "value": value.value / 1000,
                "weight": value.weight,
                "points": value.points / 1000,
                "assumed": value.assumed,
            }
            for factor, value in one.factors.items()
        },
        "soft": [{"wish": wish, "points": points / 1000} for wish, points in one.soft],
        "total": one.total / 1000,
    }


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {"memory": amounts.memory, "storage": amounts.storage, "cpu": amounts.cpu}
