# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact search: for what the heuristic could not place, and for ``mode: optimal`` on small stacks.

In this order: most items placed, fewest bytes of data moved, fewest moves, highest sum of scores. One worker, a fixed
seed and a limit in deterministic time give the same result on every machine; where each item is now is the hint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.areas import Area, areas
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.record import Search
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.constraints import Exact
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.cpsat import (
    Terms,
    installed,
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
    if not installed():
        searched.ends.update({item.name: "not installed" for item in left})
        return searched
    for area in areas(placer, placer.question.items if everything else left):
        end = _search(placer, area, everything=everything) if area.small else "too large"
        remaining = [item for item in area.items if item.name not in placer.board.place_of]
        searched.ends.update({item.name: end for item in remaining})
        if remaining and end == "proven":
            proof = relieve(placer, area)
            searched.proofs.update({item.name: proof for item in remaining})
    return searched


def _search(placer: Placer, area: Area, *, everything: bool) -> Search:
    """Arrange an area as well as possible; where that places nothing more, leave it as it is."""
    exact = Exact(placer, area)
    place_of = placer.board.place_of
    reads: Mapping[int, int] = {
        here.index: int(place_of.get(name) == number) for (name, number), here in exact.here.items()
    }
    before, proven = sum(reads.values()), False
    for goal, most in GOALS:
        terms = goal(exact)
        solution = optimise(exact.model, terms, exact.variables, reads, maximise=most) if terms else None
        if solution is None:
            continue
        if goal is Exact.placed:
            proven = solution.optimal
            if solution.value == before and not everything:
                return "proven" if proven else "gave up"
        reads = solution.reads
        exact.model.add(weighed(terms) >= solution.value if most else weighed(terms) <= solution.value)
    _apply(placer, area, {key for key, here in exact.here.items() if reads[here.index]})
    return "proven" if proven else "gave up"


def _apply(placer: Placer, area: Area, here: set[tuple[str, int]]) -> None:
    changed = [
        (item, number) for item in area.items for number in area.choices[item.name] if (item.name, number) in here
    ]
    changed = [(item, number) for item, number in changed if placer.board.place_of.get(item.name) != number]
    for item, _number in changed:
        if item.name in placer.board.place_of:
            placer.take(item, "rearranged")
    for item, number in changed:
        placer.put(item, number, "rearranged")
