# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The N+1 rule: whatever one target carries must find room on the others of its site.

Losing target *m* is harmless when ``free of the others >= what moves away from m``. With *need(m) = free(m) +
what would move away*, that is ``free of all >= need(m)``, and *need(m)* is simply what *m* may promise less
what is bound to it. So the rule needs one sum and one largest number per site, kind and resource. It is a
rule about sums: whether the pieces fit as well is what :func:`lose` finds out.
"""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import NOTHING, RESOURCES, Amounts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question


def bound(item: Item) -> bool:
    """Tell whether an item is lost with its target, because no other one may take it."""
    return item.pinned or (item.runs_on is not None and len(item.runs_on) == 1)


class Spare:
    """Sums of what is free and of what would have to move, per pool of targets that can stand in for each other."""

    def __init__(self, question: Question) -> None:
        """Group the targets of known size that are in service by site and kind."""
        self._pool: list[tuple[str | None, str] | None] = []
        self._need: list[Amounts] = []
        self._moving: list[int] = []
        self._free: dict[tuple[str | None, str], Amounts] = {}
        self._used: dict[tuple[str | None, str], set[int]] = {}
        for target, size in zip(question.targets, question.allocatable, strict=True):
            pool = (target.site, target.kind) if size is not None and target.state == "present" else None
            self._pool.append(pool)
            self._need.append(size or NOTHING)
            self._moving.append(0)
            if pool is not None and size is not None:
                self._free[pool] = self._free.get(pool, NOTHING) + size
                self._used.setdefault(pool, set())

    def use(self, item: Item, number: int, sign: int) -> None:
        """Count an item that is put (1) or taken away (-1)."""
        pool = self._pool[number]
        if pool is None:
            return
        requests = item.requests if sign > 0 else NOTHING - item.requests
        self._free[pool] -= requests
        if bound(item):
            self._need[number] -= requests
            return
        self._moving[number] += sign
        if self._moving[number]:
            self._used[pool].add(number)
        else:
            self._used[pool].discard(number)

    def short(self, item: Item, number: int, enforced: frozenset[str]) -> dict[str, int]:
        """Return by how much the pool would be short of room for a loss, were the item put on this target."""
        pool = self._pool[number]
        if pool is None:
            return {}
        left = self._free[pool] - item.requests
        needs = [self._need[other] for other in self._used[pool] if other != number]
        own = self._need[number] - item.requests if bound(item) else self._need[number]
        if not bound(item) or self._moving[number]:
            needs.append(own)
        lack = {name: max((need.of(name) for need in needs), default=0) - left.of(name) for name in RESOURCES}
        return {name: amount for name, amount in lack.items() if amount > 0 and name in enforced}
