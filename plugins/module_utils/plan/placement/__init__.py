# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placement: which target takes which item, and why.

Pure: frozen inputs in, the same answer out, whatever the order of the inputs. Integers only: bytes, millicores,
thousandths. It knows nothing of specs; the caller resolves selectors to names.

=================== ====================================================================================
``place``           items, targets, where items are now, settings -> :class:`Placement`
``Placement``       ``assignments``, ``moved``, ``unplaced``, ``notes``, and ``explain(item, without=…)``
``rebalance``       a placement -> moves worth proposing
``lose``            a placement and names of targets -> what would go where, what would not fit
``worst_loss``      the loss of the fullest target (the N+1 question)
``totals``          a placement -> capacity per stack, site, label or target, and the largest item that fits
=================== ====================================================================================

The way of an item: wishes.py and filters.py say where it may go, score.py how good that is, ranking.py finds the best
target fast, keep.py leaves alone what is well where it is, decide.py has the order of it all. For leftovers
room.py moves small ones aside, and solver.py (with OR-Tools) searches all arrangements of an area or proves
that there is none. Every step is in the journal of a :class:`Record`, which is what explain.py explains.
"""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import Amounts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.capacity import Totals, totals
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.decide import place
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import (
    Candidate,
    Explanation,
    Factor,
    Soft,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.loss import (
    Loss,
    Relocation,
    lose,
    worst_loss,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Factors,
    Group,
    Item,
    Settings,
    Spread,
    Target,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.proposals import Proposal, rebalance
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import BadQuestion
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.result import Move, Placement, Unplaced
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.relief import Infeasible

__all__ = [
    "Amounts",
    "BadQuestion",
    "Candidate",
    "Explanation",
    "Factor",
    "Factors",
    "Group",
    "Infeasible",
    "Item",
    "Loss",
    "Move",
    "Placement",
    "Proposal",
    "Relocation",
    "Settings",
    "Soft",
    "Spread",
    "Target",
    "Totals",
    "Unplaced",
    "Weights",
    "lose",
    "place",
    "rebalance",
    "totals",
    "worst_loss",
]
