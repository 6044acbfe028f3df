# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact model: the hard constraints of one area as linear constraints for CP-SAT."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from math import gcd
from typing import TYPE_CHECKING

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import (
    NOTHING,
    RESOURCES,
    Amounts,
    total,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.areas import Area
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.neighbours import anchors
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.solver.cpsat import Terms, new_model
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.spare import bound

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import BoundedLinearExpression, CpModel, IntVar


class Exact:
    """One area as a model: ``here[item, target]`` says that the item goes there."""

    def __init__(self, placer: Placer, area: Area, slack: Collection[str] = ()) -> None:
        """Build the model; resources in ``slack`` may be exceeded by what ``extra`` says."""
        self.placer, self.area = placer, area
        self.model: CpModel = new_model()
        self.here: dict[tuple[str, int], IntVar] = {
            (item.name, number): self.model.new_bool_var(f"{item.name}@{number}")
            for item in area.items
            for number in area.choices[item.name]
        }
        self.extra: dict[tuple[str, int], IntVar] = {}
        moving = {item.name for item in area.items}
        self.fixed: dict[int, list[Item]] = {number: [] for number in range(len(placer.question.targets))}
        for name, number in placer.board.place_of.items():
            if name not in moving:
                self.fixed[number].append(placer.question.item[name])
        self.unit = {name: self._unit(name, name in slack) for name in RESOURCES}
        for item in area.items:
            one = (self.here[item.name, number] for number in area.choices[item.name])
            if item.name in placer.board.place_of:
                self.model.add_exactly_one(one)  # nobody loses a place so that others get one
            else:
                self.model.add_at_most_one(one)
        self._room(slack)
        self._ports()
        self._apart()
        self._with()
        self._spread()
        if placer.question.settings.survive_one_node:
            self._survive()

    @property
    def variables(self) -> list[IntVar]:
        """Return what a solution is read from."""
        return [*self.here.values(), *self.extra.values()]

    def placed(self) -> Terms:
        """Return how many items get a place."""
        return [(1, literal) for literal in self.here.values()]

    def on(self, number: int) -> list[Item]:
        """Return the items that could go to a target."""
        return [item for item in self.area.items if (item.name, number) in self.here]

    def _unit(self, name: str, slack: bool) -> int:
        """Return what all requests are multiples of (what is free as well, if it may grow): small numbers are easy."""
        requests = (item.requests.of(name) for item in self.area.items)
        return gcd(*requests, *(self._free(number).of(name) for number in self.area.targets if slack)) or 1

    def _free(self, number: int) -> Amounts:
        """Return what the items that do not move leave on a target."""
        return (self.placer.question.allocatable[number] or NOTHING) - self.used(number)

    def used(self, number: int) -> Amounts:
        """Return what the items that do not move take on a target."""
        return total(item.requests for item in self.fixed[number])

    def _room(self, slack: Collection[str]) -> None:
        for number, name in product(self.area.targets, sorted(self.placer.question.settings.enforce)):
            if self.placer.question.allocatable[number] is None:
                continue
            unit = self.unit[name]
            load = sum(item.requests.of(name) // unit * self.here[item.name, number] for item in self.on(number))
            free = self._free(number).of(name) // unit
            if name in slack:
                most = sum(item.requests.of(name) for item in self.on(number)) // unit + abs(min(free, 0))
                self.extra[name, number] = self.model.new_int_var(0, max(0, most), f"more {name}@{number}")
                self.model.add(load <= free + self.extra[name, number])
            elif self.on(number):
                self.model.add(load <= max(free, 0))

    def _ports(self) -> None:
        for number in self.area.targets:
            taken = set(self.placer.question.targets[number].host_ports)
            taken.update(port for item in self.fixed[number] for port in item.host_ports)
            asking: dict[str, list[IntVar]] = {}
            for item in self.on(number):
                for port in sorted(item.host_ports):
                    asking.setdefault(port, []).append(self.here[item.name, number])
            for port, literals in asking.items():
                self.model.add(sum(literals) <= (0 if port in taken else 1))

    def _service(self, service: str, number: int, but: str = "") -> tuple[list[IntVar], int]:
        """Return the instances of a service that may go to a target, and how many stand there already."""
        moving = [
            self.here[item.name, number] for item in self.on(number) if item.service == service and item.name != but
        ]
        return moving, sum(item.service == service for item in self.fixed[number])

    def _apart(self) -> None:
        for item in self.area.items:
            for service, number in product(
                sorted(self.placer.neighbours.apart_from(item)), self.area.choices[item.name]
            ):
                others, standing = self._service(service, number, but=item.name)
                if standing:
                    self.model.add(self.here[item.name, number] == 0)
                for other in others:
                    self.model.add_at_most_one(self.here[item.name, number], other)

    def _with(self) -> None:
        for item in self.area.items:
            for service, number in product(sorted(anchors(item)), self.area.choices[item.name]):
                others, standing = self._service(service, number)
                if not standing and self.placer.neighbours.instances(service):
                    self.model.add(sum(others) >= self.here[item.name, number])
        for number, items in self.fixed.items():
            for service in sorted({service for item in items for service in anchors(item)}):
                others, standing = self._service(service, number)
                if not standing and others:
                    self.model.add(sum(others) >= 1)

    def _spread(self) -> None:
        seen: set[str] = set()
        for item in self.area.items:
            if item.spread is None or not item.spread.strict or item.service in seen:
                continue
            seen.add(item.service)
            domains: dict[str, list[tuple[list[IntVar], int]]] = {}
            for number in self.area.choices[item.name]:
                domain = self.placer.question.targets[number].domain(item.spread.over)
                domains.setdefault(domain, []).append(self._service(item.service, number))
            least = self.model.new_int_var(
                0, len(self.placer.neighbours.instances(item.service)), f"least {item.service}"
            )
            for found in domains.values():
                literals = [literal for moving, _standing in found for literal in moving]
                count = sum(literals) + sum(standing for _moving, standing in found)
                self.model.add(count >= least)
                if literals:
                    self.model.add(count <= least + item.spread.max_skew)

    def _survive(self) -> None:
        """Ask for every site and kind that the free rest is enough for what moves away from any one target."""
        question = self.placer.question
        pools: dict[tuple[str | None, str], list[int]] = {}
        for number, target in enumerate(question.targets):
            if target.state == "present" and question.allocatable[number] is not None:
                pools.setdefault((target.site, target.kind), []).append(number)
        for numbers, name in product(pools.values(), sorted(question.settings.enforce)):
            unit, sizes = self.unit[name], {number: question.allocatable[number] or NOTHING for number in numbers}
            pairs = [(item, number) for number in numbers for item in self.on(number)]
            load = sum(item.requests.of(name) // unit * self.here[item.name, number] for item, number in pairs)
            free = sum(sizes[number].of(name) - self.used(number).of(name) for number in numbers)
            for number in numbers if pairs else ():
                stuck = total(item.requests for item in self.fixed[number] if bound(item))
                limit = (free - sizes[number].of(name) + stuck.of(name)) // unit
                self._when_used(number, load <= limit, always=any(not bound(item) for item in self.fixed[number]))

    def _when_used(self, number: int, constraint: BoundedLinearExpression | bool, *, always: bool) -> None:
        made = self.model.add(constraint)
        if not always:
            used = self.model.new_bool_var(f"used@{number}")
            for item in self.on(number):
                self.model.add_implication(self.here[item.name, number], used)
            made.only_enforce_if(used)
