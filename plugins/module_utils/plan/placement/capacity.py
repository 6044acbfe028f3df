# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Capacity: what there is, what is promised, and the largest item that still fits."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import NOTHING, Amounts, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Target
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import BadQuestion
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.result import Placement


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the targets in service of one scope.

    ``unknown`` counts those whose size nobody knows. ``largest`` is what is free on the target with the most
    free memory: an item of that size still fits there.
    """

    scope: str
    targets: int
    unknown: int
    allocatable: Amounts
    used: Amounts
    free: Amounts
    largest: Amounts | None
    largest_on: str | None


def totals(placement: Placement, by: str = "stack") -> tuple[Totals, ...]:
    """Return the totals per ``stack``, ``site``, ``target`` or ``label:KEY``, in the order of the targets.

    Targets without the site or label are left out; absent and offline ones have nothing to give.
    """
    used: dict[str, Amounts] = {}
    for item, place in placement.assignments.items():
        used[place] = used.get(place, NOTHING) + placement.question.item[item].requests
    scopes: dict[str, list[Target]] = {}
    for target in placement.question.targets:
        scope = _scope(target, by)
        if scope is not None and target.state not in ("absent", "offline"):
            scopes.setdefault(scope, []).append(target)
    return tuple(_totals(scope, targets, used) for scope, targets in scopes.items())


def _scope(target: Target, by: str) -> str | None:
    kind, _colon, key = by.partition(":")
    if kind == "label" and key:
        return target.labels.get(key)
    found = {"stack": "stack", "site": target.site, "target": target.name}
    if by not in found:
        raise BadQuestion(f"cannot add up by '{by}': write stack, site, target or label:KEY")
    return found[by]


def _totals(scope: str, targets: list[Target], used: dict[str, Amounts]) -> Totals:
    known = {target.name: target.allocatable for target in targets}
    sizes = {name: size for name, size in known.items() if size is not None}
    free = {name: size - used.get(name, NOTHING) for name, size in sizes.items()}
    opened = [target for target in targets if target.name in free and target.state == "present"]
    roomiest = max(opened, key=lambda target: _fits(target, free[target.name]).memory, default=None)
    return Totals(
        scope=scope,
        targets=len(targets),
        unknown=len(targets) - len(sizes),
        allocatable=total(sizes.values()),
        used=total(used.get(name, NOTHING) for name in sizes),
        free=total(free.values()),
        largest=_fits(roomiest, free[roomiest.name]) if roomiest else None,
        largest_on=roomiest.name if roomiest else None,
    )


def _fits(target: Target, free: Amounts) -> Amounts:
    """Return the largest item that fits: what is free, in a cluster not more than its largest member has."""
    limit = target.largest or free
    return Amounts(
        max(0, min(free.memory, limit.memory)),
        max(0, min(free.storage, limit.storage)),
        max(0, min(free.cpu, limit.cpu)),
    )
