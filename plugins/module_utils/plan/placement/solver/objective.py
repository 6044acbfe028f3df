# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the exact search is after, beyond a place for every item."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Weights
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.score import scorer, standing
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.constraints import Exact
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.cpsat import Terms

STEPS = 8
"""Pieces of the curve by which a score falls while a target fills up."""
GRAIN = 16
"""Parts of a mean request in which fill is counted."""
USED_TARGET = 100_000
"""What a target costs that has to be switched on, where the strategy is to pack."""


def data_moved(exact: Exact) -> Terms:
    """Return the bytes of data that leave the target they are on, in units of all requests."""
    unit = exact.unit["storage"]
    return [
        (item.requests.storage // unit, exact.here[item.name, number])
        for item, number in _elsewhere(exact)
        if item.stateful
    ]


def moves(exact: Exact) -> Terms:
    """Return how many items leave their target."""
    return [(1, exact.here[item.name, number]) for item, number in _elsewhere(exact)]


def _elsewhere(exact: Exact) -> list[tuple[Item, int]]:
    question = exact.placer.question
    return [
        (item, number)
        for item in exact.area.items
        if item.name in question.current
        for number in exact.area.choices[item.name]
        if question.targets[number].name != question.current[item.name]
    ]


def scores(exact: Exact) -> Terms:
    """Return the sum of scores: fixed parts and wishes as they are, memory and storage along a curve.

    A score falls in a straight line while a target fills up, so the sum over items of mean size is a parabola; it is
    followed in steps. Packing counts targets in use instead.
    """
    pack = exact.placer.question.settings.strategy == "pack"
    return _wishes(exact) + (_in_use(exact) if pack else _crowding(exact))


def _wishes(exact: Exact) -> Terms:
    placer, targets = exact.placer, exact.placer.question.targets
    terms: Terms = []
    for item in exact.area.items:
        weights = placer.weights(item)
        score = scorer(placer.board, Weights(0, 0, weights.cpu, weights.load, weights.reliability))
        for number in exact.area.choices[item.name]:
            points = sum(points for _term, _about, points in standing(item, targets[number].name))
            terms.append((score(number, 0, 0, 0) + points, exact.here[item.name, number]))
    return terms


def _in_use(exact: Exact) -> Terms:
    terms: Terms = []
    for number in exact.area.targets:
        if exact.fixed[number] or not exact.on(number):
            continue
        used = exact.model.new_bool_var(f"in use@{number}")
        for item in exact.on(number):
            exact.model.add_implication(exact.here[item.name, number], used)
        terms.append((-USED_TARGET, used))
    return terms


def _crowding(exact: Exact) -> Terms:
    weights = exact.placer.question.settings.weights
    whole = total(item.requests for item in exact.area.items)
    terms: Terms = []
    for name, weight in (("memory", weights.memory), ("storage", weights.storage)):
        mean = max(1, whole.of(name) // len(exact.area.items))
        for number in exact.area.targets:
            terms += _curve(exact, number, name, mean, weight)
    return terms


def _curve(exact: Exact, number: int, name: str, mean: int, weight: int) -> Terms:
    """Return what the fill of one target costs: each step is dearer than the one before, so they fill in order."""
    size = exact.placer.question.allocatable[number]
    items = exact.on(number)
    if size is None or not size.of(name) or not items or not weight:
        return []
    already = 1000 * exact.used(number).of(name) // size.of(name)
    width = (size.of(name) * GRAIN // mean) * max(0, 1000 - already) // 1000 // STEPS + 1
    parts = [exact.model.new_int_var(0, width, f"{name}{step}@{number}") for step in range(STEPS)]
    load = sum(item.requests.of(name) * GRAIN // mean * exact.here[item.name, number] for item in items)
    exact.model.add(sum(parts) >= load)
    slopes = [weight * (already + (1000 - already) * (2 * step + 1) // (2 * STEPS)) // GRAIN for step in range(STEPS)]
    return [(-slope, part) for slope, part in zip(slopes, parts, strict=True)]
