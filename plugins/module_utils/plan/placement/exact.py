# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact model for CP-SAT: who may be where, under all hard constraints.

Sums are whole multiples of the greatest common divisor of what items ask for: small numbers solve faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import RESOURCES, Domain, Item

MAX_DETERMINISTIC_TIME = 5.0

Pair = tuple[str, str]


class Model:
    """One problem.

    The board holds only what does not move; ``allowed`` says where each movable item could go, ``held`` how much memory
    movable items have now, by target. ``relaxed`` resources are not limited.
    """

    def __init__(
        self,
        items: Mapping[str, Item],
        allowed: Mapping[str, list[str]],
        board: Board,
        held: Mapping[str, int],
        relaxed: Iterable[str] = (),
    ) -> None:
        from ortools.sat.python import cp_model  # OR-Tools is an optional extra, and takes a second to load

        self._cp = cp_model
        self._model: Any = cp_model.CpModel()
        self.proved = False
        self.items, self.allowed, self.board = items, allowed, board
        self.limited = [name for name in board.limited if name not in relaxed]
        self.unit = {name: gcd(*(getattr(item.requests, name) for item in items.values())) or 1 for name in RESOURCES}
        self.variables: dict[Pair, Any] = {}
        self.at: dict[str, dict[str, Any]] = {}
        for name, targets in allowed.items():
            for target in targets:
                self.variables[name, target] = self._model.new_bool_var("")
                self.at.setdefault(target, {})[name] = self.variables[name, target]
            self._model.add_at_most_one(self.variables[name, target] for target in targets)
        for target in self.at:
            for resource in self.limited:
                self._model.add(self._units(target, resource) <= self._room(target, resource))
            self._ports(target)
            self._apart(target)
            self._together(target)
        self._wanted()
        self._spread()
        self._spare(held)

    def weighted(self, weights: Mapping[Pair, int]) -> Any:
        """Return the sum of the weights of the pairs that are chosen, as an expression."""
        return sum(self.variables[pair] * weight for pair, weight in weights.items())

    def require(self, condition: Any) -> None:
        """Add a constraint."""
        self._model.add(condition)

    def maximise(self, goal: Any, hint: Mapping[str, str]) -> dict[str, str] | None:
        """Return the best places that were found; ``proved`` tells whether that is the last word.

        Deterministic: one worker, a fixed seed, and a limit that does not depend on the clock.
        """
        self._model.clear_hints()
        for (name, target), variable in self.variables.items():
            self._model.add_hint(variable, hint.get(name) == target)
        self._model.maximize(goal)
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = MAX_DETERMINISTIC_TIME
        status = solver.solve(self._model)
        self.proved = status in (self._cp.OPTIMAL, self._cp.INFEASIBLE)
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return None
        return {name: target for (name, target), variable in self.variables.items() if solver.value(variable)}

    def relief(self, resource: str) -> Any:
        """Allow one target to have more of a relaxed resource, and return how much, as an expression.

        In bytes or millicores, not in units: what is left over within a unit decides which target needs least.
        """
        amounts, helped = [], []
        for target, names in self.at.items():
            wanted = sum(variable * getattr(self.items[name].requests, resource) for name, variable in names.items())
            most = sum(getattr(self.items[name].requests, resource) for name in names)
            more, used = self._model.new_int_var(0, most, ""), self._model.new_bool_var("")
            self._model.add(more <= most * used)
            self._model.add(wanted <= getattr(self.board.slots[target], resource) + more)
            amounts.append(more)
            helped.append(used)
        self._model.add_at_most_one(helped)
        return sum(amounts)

    def _units(self, target: str, resource: str) -> Any:
        """Return what the chosen items ask of a target, in units."""
        unit = self.unit[resource]
        return sum(
            variable * (getattr(self.items[name].requests, resource) // unit)
            for name, variable in self.at[target].items()
        )

    def _room(self, target: str, resource: str) -> int:
        return int(getattr(self.board.slots[target], resource)) // self.unit[resource]

    def _ports(self, target: str) -> None:
        users: dict[object, list[Any]] = {}
        for name, variable in self.at[target].items():
            for port in self.items[name].ports:
                users.setdefault(port, []).append(variable)
        for variables in users.values():
            self._model.add_at_most_one(variables)

    def _apart(self, target: str) -> None:
        for name, variable in self.at[target].items():
            rule = self.items[name].apart
            for other, other_variable in self.at[target].items():
                if rule and rule.strict and other != name and self.items[other].service in rule.services:
                    self._model.add_at_most_one([variable, other_variable])

    def _together(self, target: str) -> None:
        """Require company; those that have to stand with their own kind follow the first of them."""
        fixed = self.board.slots[target].services
        for name, variable in self.at[target].items():
            rule = self.items[name].together
            for service in sorted(rule.services) if rule and rule.strict else ():
                if fixed[service] or service not in self.board.expected:
                    continue
                others = [one.name for one in self.items.values() if one.service == service]
                if service == self.items[name].service:
                    others = others[:1]
                self._model.add(variable <= sum(self.at[target].get(other, 0) for other in others))

    def _wanted(self) -> None:
        """Bring services first to where something that does not move has to stand with them."""
        for service, targets in sorted(self.board.wanted.items()):
            members = [item.name for item in self.items.values() if item.service == service]
            for target, count in targets.items():
                if count and not self.board.slots[target].services[service]:
                    there = sum(self.at.get(target, {}).get(name, 0) for name in members)
                    for name in members:
                        for other in self.allowed[name]:
                            self._model.add(self.variables[name, other] <= there)

    def _spread(self) -> None:
        groups: dict[tuple[str, Domain, int], list[Item]] = {}
        for item in self.items.values():
            if item.spread is not None and item.spread.strict:
                groups.setdefault((item.fellows, item.spread.over, item.spread.max_skew), []).append(item)
        for (fellows, over, skew), members in groups.items():
            fixed = self.board.domains[fellows, over]
            counts: dict[str, Any] = {
                self.board.slots[target].target.domain(over): 0
                for item in members
                for target in self.board.allowed(item)
            }
            for item in members:
                for target in self.allowed.get(item.name, ()):
                    counts[self.board.slots[target].target.domain(over)] += self.variables[item.name, target]
            for domain, count in counts.items():
                for other, least in counts.items():
                    if other != domain:
                        self._model.add(count + fixed[domain] - least - fixed[other] <= skew)

    def _spare(self, held: Mapping[str, int]) -> None:
        """Keep the room to lose the largest machine of a site, or as much of it as there is now."""
        for spare in {id(one): one for one in self.board.spares.values()}.values():
            targets = [target for target in self.at if self.board.spares.get(target) is spare]
            room = max(spare.room, sum(held.get(target, 0) for target in targets))
            self._model.add(sum(self._units(target, "memory") for target in targets) <= room // self.unit["memory"])
