# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The score of a target for an item, in thousandths of a point, and the soft terms beside it.

Every factor is ``weight * value``, the value a share in thousandths of how things are after placing the item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Weights
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question

PREFER_POINTS = 10_000
AVOID_POINTS = -10_000
FAILED_POINTS = -20_000

Score = Callable[[int, int, int, int], int]


def scorer(board: Board, weights: Weights) -> Score:
    """Return the function (target, memory, storage, cpu) -> thousandths of a point.

    Available memory and storage count as a share of the target's own size; packing turns the two round. CPU
    capability is a share of the best target's; load is the worse of what is measured and what is promised.
    """
    question = board.question
    sizes = (board.memory, board.storage, board.cpu)
    memory_size, storage_size, cpu_size = ([amount or 1 for amount in amounts] for amounts in sizes)
    free_memory, free_storage, free_cpu = board.free_memory, board.free_storage, board.free_cpu
    memory_weight, storage_weight, load_weight = weights.memory * 1000, weights.storage * 1000, weights.load
    loads = [question.median_load if target.load is None else target.load for target in question.targets]
    constant = [_constant(question, weights, number) for number in range(len(question.targets))]
    known, has_cpu = board.known, [amount > 0 for amount in board.cpu]
    pack = question.settings.strategy == "pack"
    sign = -1 if pack else 1
    turned = memory_weight + storage_weight if pack else 0

    def score(number: int, memory: int, storage: int, cpu: int) -> int:
        if not known[number]:
            return constant[number] + load_weight * (1000 - loads[number])
        promised = 1000 - 1000 * (free_cpu[number] - cpu) // cpu_size[number] if has_cpu[number] else 0
        load = loads[number]
        return (
            constant[number]
            + turned
            + sign
            * (
                memory_weight * (free_memory[number] - memory) // memory_size[number]
                + storage_weight * (free_storage[number] - storage) // storage_size[number]
            )
            + load_weight * (1000 - (max(promised, load)))
        )

    return score


def _constant(question: Question, weights: Weights, number: int) -> int:
    """Return what no item changes: CPU capability and reliability."""
    target = question.targets[number]
    reliability = question.median_reliability if target.reliability is None else target.reliability
    return weights.cpu * (1000 * target.capability // question.strongest) + weights.reliability * reliability


def standing(item: Item, name: str) -> Iterator[tuple[str, str, int]]:
    """Return the soft terms that only the target's name decides: term, what it is about, thousandths of a point."""
    for wanted in item.prefer:
        if name in wanted:
            yield "prefer", name, PREFER_POINTS
    for unwanted in item.avoid:
        if name in unwanted:
            yield "avoid", name, AVOID_POINTS
    if name in item.failed_on:
        yield "failed", name, FAILED_POINTS
