# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules of a plan look at: everything that was decided, and where the user wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import Claim, claims, schedulable
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import Pooling
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed, Requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import BackupJob
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems


@dataclass(frozen=True)
class Parts:
    """The parts of a plan before it is put together. ``lock`` is the old one.

    ``unplaced`` and ``unplaced_vms`` say for each item that found no place why each node was refused;
    items that only wait for facts are not among them.
    """

    spec: Spec
    catalogue: Catalogue
    facts: Facts
    lock: Lock
    requirements: Requirements
    vms: Mapping[str, str]
    placed: Mapping[str, str]
    unplaced: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unplaced_vms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pooling: Pooling = field(default_factory=Pooling)
    backups: Mapping[str, BackupJob] = field(default_factory=dict)
    today: date | None = None

    @cached_property
    def claims(self) -> list[Claim]:
        """VMs and instances with their places."""
        return claims(self.requirements, self.vms, self.placed)

    @cached_property
    def clusters(self) -> dict[str, tuple[NodeNeed, ...]]:
        """The machines of each cluster that run services."""
        return schedulable(self.spec, self.requirements)

    def refused(self, item: Claim) -> Mapping[str, str] | None:
        """Return why each node refused an item; None when it has a place, or waits for facts."""
        return (self.unplaced_vms if item.kind == "VM" else self.unplaced).get(item.name)

    def kit(self, service: str) -> Kit | None:
        """Return the kit of a service, declared or added by the plan."""
        declared = self.spec.stack.services.get(service)
        need = self.requirements.services.get(service)
        name = (declared.kit or service) if declared else (need.kit if need else None)
        return self.catalogue.get(name) if name else None

    def service_place(self, service: str, *path: str | int) -> Place:
        """Return where something of a service was written; for a service that the plan added, who asked for it."""
        if service in self.spec.entries["services"]:
            return self.spec.place("services", service, *path)
        need = self.requirements.services.get(service)
        for engine in need.provides if need else ():
            if engine in self.spec.stack.databases:
                return self.spec.key_place("databases", engine)
        users = (
            name
            for name, other in self.requirements.services.items()
            if any(use.service == service for use in other.requires.values())
        )
        first = next((name for name in users if name in self.spec.stack.services), None)
        return self.spec.place("services", first, "database") if first else self.spec.place("services")

    def item_place(self, item: Claim) -> Place:
        """Return where an item was declared."""
        return self.spec.place("nodes", item.owner) if item.kind == "VM" else self.service_place(item.owner)


PlanRule = Callable[[Parts, Problems], None]
