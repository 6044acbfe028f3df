# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When nothing helps: which resource stands in the way, and the smallest addition that would be enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import RESOURCES, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.areas import Area
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.messages import NAMES, human_amount
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.constraints import Exact
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.cpsat import Terms, optimise, weighed


@dataclass(frozen=True, slots=True)
class Infeasible:
    """The proof that not everything fits, however it is arranged.

    ``binding`` names the resources that stand in the way, empty when other constraints do; ``relief`` is the
    smallest addition that helps, per target and resource.
    """

    binding: tuple[str, ...]
    relief: Mapping[str, Mapping[str, int]]
    message: str


def relieve(placer: Placer, area: Area) -> Infeasible:
    """Return the fewest resources whose relaxation makes everything fit, and how little of them is enough."""
    for binding in _combinations(placer):
        found = _smallest(placer, area, binding)
        if found is not None:
            names = " and ".join(NAMES[name] for name in binding)
            wishes = "; ".join(
                f"{human_amount(name, amount)} more {NAMES[name]} on {target}"
                for target, amounts in found.items()
                for name, amount in amounts.items()
            )
            message = f"no arrangement has room for everything: there is too little {names}; enough would be {wishes}"
            return Infeasible(binding, found, message)
    return Infeasible((), {}, "no arrangement fits: ports, neighbours or the N+1 rule stand in the way, not room")


def _combinations(placer: Placer) -> Iterator[tuple[str, ...]]:
    enforced = [name for name in RESOURCES if name in placer.question.settings.enforce]
    for count in range(1, len(enforced) + 1):
        yield from combinations(enforced, count)


def _smallest(placer: Placer, area: Area, binding: tuple[str, ...]) -> dict[str, dict[str, int]] | None:
    """Return the smallest additions with which every item has a place, on as few targets as possible."""
    exact = Exact(placer, area, slack=binding)
    exact.model.add(weighed(exact.placed()) == len(area.items))
    whole = total(item.requests for item in area.items)
    share = {name: 10**6 * exact.unit[name] // max(1, whole.of(name)) + 1 for name in binding}
    amount = [(share[name], extra) for (name, _number), extra in exact.extra.items()]
    least = optimise(exact.model, amount, exact.variables, {}, maximise=False)
    if least is None:
        return None
    exact.model.add(weighed(amount) <= least.value)
    fewest = optimise(exact.model, _any(exact, binding), exact.variables, least.reads, maximise=False)
    solution = fewest or least
    found: dict[str, dict[str, int]] = {}
    for (name, number), extra in exact.extra.items():
        if solution.of(extra):
            target = placer.question.targets[number].name
            found.setdefault(target, {})[name] = solution.of(extra) * exact.unit[name]
    return found


def _any(exact: Exact, binding: tuple[str, ...]) -> Terms:
    """Return for each target whether it gets an addition."""
    found: Terms = []
    for number in exact.area.targets:
        grown = exact.model.new_bool_var(f"grown@{number}")
        for name in binding:
            if (name, number) in exact.extra:
                exact.model.add(exact.extra[name, number] == 0).only_enforce_if(grown.negated())
        found.append((1, grown))
    return found
