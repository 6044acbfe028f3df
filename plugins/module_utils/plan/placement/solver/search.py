# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact search: for what the heuristic could not place, and for ``mode: optimal`` on small stacks.

In this order: most items placed, fewest bytes of data moved, fewest moves, highest sum of scores. One worker, a fixed
seed and a limit in deterministic time give the same result on every machine; where each item is now is the hint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.record import Search
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.areas import Area, areas
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.constraints import Exact
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.cpsat import (
    INSTALLED,
    Terms,
    optimise,
    weighed,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.objective import (
    data_moved,
    moves,
    scores,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.relief import Infeasible, relieve

GOALS: tuple[tuple[Callable[[Exact], Terms], bool], ...] = (
    (Exact.placed, True),
    (data_moved, False),
    (moves, False),
    (scores, True),
)
"""What counts, in this order, and whether more of it is better."""


@dataclass(frozen=True)
class Searched:
    """How the search ended for each item that still has no place, and the proofs that there is none."""

    ends: dict[str, Search]
    proofs: dict[str, Infeasible]


def search(placer: Placer, left: list[Item], *, everything: bool) -> Searched:
    """Place leftovers exactly, or arrange everything that may move anew; the board changes accordingly."""
    searched = Searched({}, {})
    if not INSTALLED:
        searched.ends.update({item.name: "not installed" for item in left})
        return searched
    for area in areas(placer, placer.question.items if everything else left):
        end = _search(placer, area) if area.small else "too large"
        remaining = [item for item in area.items if item.name not in placer.board.place_of]
        searched.ends.update({item.name: end for item in remaining})
        if remaining and end == "proven":
            proof = relieve(placer, area)
            searched.proofs.update({item.name: proof for item in remaining})
    return searched


def _search(placer: Placer, area: Area) -> Search:
    exact = Exact(placer, area)
    place_of = placer.board.place_of
    hint = {here.index: int(place_of.get(name) == number) for (name, number), here in exact.here.items()}
    proven = False
    for goal, most in GOALS:
        terms = goal(exact)
        if not terms:
            continue
        solution = optimise(exact.model, terms, exact.variables, hint, maximise=most)
        if solution is None:
            break
        hint = dict(solution.reads)
        proven = solution.optimal if goal is Exact.placed else proven
        exact.model.add(weighed(terms) >= solution.value if most else weighed(terms) <= solution.value)
    _apply(placer, area, {key: bool(hint[here.index]) for key, here in exact.here.items()})
    return "proven" if proven else "gave up"


def _apply(placer: Placer, area: Area, here: dict[tuple[str, int], bool]) -> None:
    found = {name: number for (name, number), true in here.items() if true}
    changed = [item for item in area.items if placer.board.place_of.get(item.name) != found.get(item.name)]
    for item in changed:
        if item.name in placer.board.place_of:
            placer.take(item, "solver")
    for item in changed:
        placer.put(item, found[item.name], "solver")
