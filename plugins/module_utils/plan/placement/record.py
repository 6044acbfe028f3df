# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a placement, so that everything about it can be told later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer, Step
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.wishes import Rejection

Search = Literal["not installed", "too large", "gave up", "proven"]


@dataclass(frozen=True)
class Record:
    """The question, every step of the answer, and why items had to leave the place they had.

    ``refusals`` hold the filter and its reason, ``for_others`` for whom an item made room, ``searches``
    how the exact search for an item that found no place ended.
    """

    question: Question
    journal: tuple[Step, ...]
    refusals: Mapping[str, tuple[str, Rejection]]
    for_others: Mapping[str, str]
    searches: Mapping[str, Search] = field(default_factory=dict)

    @cached_property
    def last(self) -> Mapping[str, int]:
        """The number of each item's last step."""
        return {step.item: number for number, step in enumerate(self.journal)}

    @cached_property
    def final(self) -> Mapping[str, int]:
        """Where each placed item is in the end."""
        steps = (self.journal[number] for number in self.last.values())
        return {step.item: step.target for step in steps if step.target is not None}

    def before(self, item: str) -> Placer:
        """Return a placer as it was when the item got its place."""
        placer = Placer(self.question)
        placer.replay(self.journal[: self.last[item]])
        return placer

    def around(self, item: str | None = None) -> Placer:
        """Return a placer with everything in its final place, except the item."""
        placer = Placer(self.question)
        for name, number in self.final.items():
            if name != item:
                placer.put(self.question.item[name], number, self.journal[self.last[name]].cause)
        placer.neighbours.leave_behind(one for one in self.question.items if one.name not in self.final)
        return placer
