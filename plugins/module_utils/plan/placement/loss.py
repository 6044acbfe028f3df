# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What if: losing targets, and what would go where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.decide import solve
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import BadQuestion, Question
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.result import Placement, Unplaced


@dataclass(frozen=True, slots=True)
class Relocation:
    """An item that would go elsewhere; ``restore`` when its data is lost with the target and comes from a backup."""

    item: str
    source: str
    target: str
    restore: bool


@dataclass(frozen=True)
class Loss:
    """What losing targets would mean."""

    lost: tuple[str, ...]
    moves: tuple[Relocation, ...]
    unplaced: Mapping[str, Unplaced]
    placement: Placement


def lose(placement: Placement, names: Collection[str]) -> Loss:
    """Simulate the loss of targets. Data that is lost with them counts as restored from a backup elsewhere.

    Raises BadQuestion for a name that is no target.
    """
    question, before = placement.question, placement.assignments
    if unknown := sorted(set(names) - set(question.index)):
        raise BadQuestion(f"there is no target named '{unknown[0]}' to lose")
    lost = tuple(target.name for target in question.targets if target.name in names)
    after = solve(_after(question, before, lost))
    return Loss(
        lost=lost,
        moves=tuple(
            Relocation(name, before[name], target, _loses_data(question.item[name], before[name], lost))
            for name, target in after.assignments.items()
            if before.get(name, target) != target
        ),
        unplaced={name: found for name, found in after.unplaced.items() if name in before},
        placement=after,
    )


def worst_loss(placement: Placement) -> Loss | None:
    """Return what the loss of the fullest target would mean (most memory in use); None when nothing is placed."""
    used: dict[str, int] = {}
    for name, target in placement.assignments.items():
        used[target] = used.get(target, 0) + placement.question.item[name].requests.memory
    return lose(placement, {max(used, key=lambda name: (used[name], name))}) if used else None


def _after(question: Question, places: Mapping[str, str], lost: tuple[str, ...]) -> Question:
    """Return the question that the loss would put: items stay where they were placed, lost targets are offline.

    The N+1 rule is not asked: this is the day that it was for.
    """
    return replace(
        question,
        items=tuple(replace(item, data_on=None) if item.data_on in lost else item for item in question.items),
        targets=tuple(
            replace(target, state="offline") if target.name in lost else target for target in question.targets
        ),
        current=places,
        settings=replace(question.settings, mode="fast", survive_one_node=False),
    )


def _loses_data(item: Item, source: str, lost: tuple[str, ...]) -> bool:
    return item.stateful and source in lost
