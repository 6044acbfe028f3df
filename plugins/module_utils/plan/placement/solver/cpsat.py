# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CP-SAT, the solver of OR-Tools, with the settings that make it give the same answer every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

Terms = list[tuple[int, "IntVar"]]
"""A sum: factors and what they count."""

try:
    from ortools.sat.python import cp_model
except ImportError:  # the extra [solver] is not installed: leftovers stay leftovers
    cp_model = None  # type: ignore[assignment]

EFFORT = 20.0
"""Deterministic seconds that one objective may take; wall-clock seconds are of the same order."""

INSTALL = "pip install 'kombify[solver]' to search all arrangements"


class Solution(NamedTuple):
    """The value of every literal and number, the value of the objective, and whether it is proven to be the best."""

    value: int
    optimal: bool
    reads: Mapping[int, int]

    def of(self, variable: IntVar) -> int:
        """Return the value of one variable."""
        return self.reads[variable.index]


def installed() -> bool:
    """Tell whether the solver is there."""
    return cp_model is not None


def new_model() -> CpModel:
    """Return an empty model."""
    return cp_model.CpModel()


def weighed(terms: Terms) -> LinearExpr:
    """Return a sum as CP-SAT knows it."""
    return cp_model.LinearExpr.weighted_sum(
        [variable for _factor, variable in terms], [one for one, _variable in terms]
    )


def optimise(
    model: CpModel, goal: Terms, variables: list[IntVar], hint: Mapping[int, int], *, maximise: bool
) -> Solution | None:
    """Return the best solution found within the limit, or None when there is none."""
    model.clear_hints()  # type: ignore[no-untyped-call]  # OR-Tools has no annotation here
    for variable in variables:
        if variable.index in hint:
            model.add_hint(variable, hint[variable.index])
    if maximise:
        model.maximize(weighed(goal))
    else:
        model.minimize(weighed(goal))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    reads = {variable.index: solver.value(variable) for variable in variables}
    return Solution(round(solver.objective_value), status == cp_model.OPTIMAL, reads)
