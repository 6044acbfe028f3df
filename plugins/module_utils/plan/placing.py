# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From requirements to placement: VMs on hypervisors first, then database instances and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.items import instance_items, vm_items
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Item,
    Placement,
    Settings,
    Target,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.targets import (
    cluster_targets,
    machine_targets,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope

UNKNOWN_SIZE = "its size is not known"


@dataclass(frozen=True)
class Round:
    """One round of placement: what went in, so that it can be explained or tried otherwise, and what came out."""

    name: str
    items: tuple[Item, ...]
    targets: tuple[Target, ...]
    current: Mapping[str, str]
    settings: Settings
    result: Placement


@dataclass(frozen=True)
class Rounds:
    """Both rounds: ``vms`` on hypervisors, ``services`` (with database instances) on machines and clusters."""

    machines: Round
    services: Round

    @property
    def vms(self) -> Mapping[str, str]:
        """Return the hypervisor of every placed VM."""
        return self.machines.result.assignments

    @property
    def instances(self) -> Mapping[str, str]:
        """Return the machine or cluster of every placed instance."""
        return self.services.result.assignments

    @property
    def unplaced_vms(self) -> Mapping[str, Mapping[str, str]]:
        """Return the VMs that fit nowhere, with every hypervisor's reason."""
        return _without_waiting(self.machines)

    @property
    def unplaced(self) -> Mapping[str, Mapping[str, str]]:
        """Return the instances that fit nowhere, with every target's reason; those that wait for facts left out."""
        return _without_waiting(self.services)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return the instances that have no place only because sizes are not known yet."""
        return tuple(
            name
            for one in (self.machines, self.services)
            for name in one.result.unplaced
            if name not in _without_waiting(one)
        )


def _without_waiting(one: Round) -> dict[str, Mapping[str, str]]:
    return {name: why for name, why in one.result.unplaced.items() if UNKNOWN_SIZE not in why.values()}


def place_all(spec: Spec, scope: Scope, requirements: Requirements, facts: Facts, lock: Lock) -> Rounds:
    """Return the places of everything."""
    settings = _settings(spec)
    hypervisors = [node for node in requirements.nodes.values() if node.type == "hypervisor"]
    vms = _round(
        "vms", vm_items(spec, scope, requirements), machine_targets(hypervisors, spec, facts), lock.vms, settings
    )
    machines = [node for node in requirements.nodes.values() if node.state != "absent"]
    hosts = {name: vms.result.assignments.get(name, name) for name in requirements.nodes}
    targets = [*machine_targets(machines, spec, facts, hosts), *cluster_targets(spec, requirements)]
    items = instance_items(spec, scope, requirements, lock)
    return Rounds(vms, _round("services", items, targets, lock.placement, settings))


def _round(
    name: str, items: list[Item], targets: list[Target], current: Mapping[str, str], settings: Settings
) -> Round:
    result = place(items, targets, current=current, settings=settings)
    return Round(name, tuple(items), tuple(targets), current, settings, result)


def _settings(spec: Spec) -> Settings:
    wish, overcommit = spec.stack.placement, spec.stack.policies.overcommit
    loose = {"memory": overcommit.memory.mode, "storage": overcommit.storage.mode, "cpu": overcommit.cpu.mode or "warn"}
    return Settings(
        weights=Weights(**wish.weights.model_dump()),
        strategy=wish.strategy,
        mode=wish.mode,
        margin=wish.margin,
        max_moves=wish.max_moves,
        survive_one_node=spec.stack.policies.capacity == "survive-one-node",
        unlimited=frozenset(resource for resource, mode in loose.items() if mode in ("warn", "off")),
    )
