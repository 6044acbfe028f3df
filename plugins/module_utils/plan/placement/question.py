# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The question: items, targets, current places and settings, checked and put into natural order once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median_low
from typing import TypeVar

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import RESOURCES, Amounts, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Settings, Target
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

Named = TypeVar("Named", Item, Target)


class BadQuestion(ValueError):
    """The caller asked for something that cannot be meant, such as two items of one name."""


@dataclass(frozen=True)
class Question:
    """Everything that a placement depends on, in an order that does not depend on the caller's."""

    items: tuple[Item, ...]
    targets: tuple[Target, ...]
    current: Mapping[str, str]
    settings: Settings

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """Items by name."""
        return {item.name: item for item in self.items}

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Return the number of each target: its rank in natural order."""
        return {target.name: number for number, target in enumerate(self.targets)}

    @cached_property
    def allocatable(self) -> tuple[Amounts | None, ...]:
        """What each target may promise; None when its size is unknown."""
        return tuple(target.allocatable for target in self.targets)

    @cached_property
    def strongest(self) -> int:
        """The capability of the best target, at least 1."""
        return max((target.capability for target in self.targets), default=0) or 1

    @cached_property
    def median_load(self) -> int:
        """The load that a target is assumed to have while nobody knows it."""
        return median_low([target.load for target in self.targets if target.load is not None] or [0])

    @cached_property
    def median_reliability(self) -> int:
        """The reliability that a target is assumed to have while nobody knows it."""
        return median_low([target.reliability for target in self.targets if target.reliability is not None] or [1000])

    @cached_property
    def shares(self) -> Mapping[str, int]:
        """How large each item is: its largest share of the stack's total, in billionths."""
        whole = total(amounts for amounts in self.allocatable if amounts is not None)
        sizes = [(resource, whole.of(resource)) for resource in RESOURCES]
        return {
            item.name: max((10**9 * item.requests.of(name) // size for name, size in sizes if size), default=0)
            for item in self.items
        }


def ask(
    items: Iterable[Item], targets: Iterable[Target], current: Mapping[str, str] | None, settings: Settings | None
) -> Question:
    """Return the question in natural order; two things of one name or a negative request are refused."""
    question = Question(
        items=_sorted(items, "items"),
        targets=_sorted(targets, "targets"),
        current=dict(current or {}),
        settings=settings or Settings(),
    )
    for item in question.items:
        if min(item.requests.as_dict().values()) < 0:
            raise BadQuestion(f"'{item.name}' requests less than nothing; requests are 0 or more")
    return question


def _sorted(found: Iterable[Named], what: str) -> tuple[Named, ...]:
    ordered = tuple(sorted(found, key=lambda one: (natural(one.name), one.name)))
    for one, following in pairwise(ordered):
        if one.name == following.name:
            raise BadQuestion(f"two {what} are named '{one.name}'; names have to differ")
    return ordered
