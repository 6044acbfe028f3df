# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs of the roles infrastructure and backup: what runs on a machine or in a cluster, and what is saved of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    BackupJob,
    DatabaseInstance,
    Instance,
    Unified,
    UnifiedService,
)
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import Vars


@dataclass
class Load:
    """What one machine, or one cluster, carries."""

    services: list[tuple[UnifiedService, Instance | None]] = field(default_factory=list)
    databases: list[DatabaseInstance] = field(default_factory=list)
    backups: dict[str, list[str]] = field(default_factory=dict)


class Workloads:
    """The services of a stack, sorted by where they run; asked once for every machine and cluster."""

    def __init__(self, unified: Unified) -> None:
        self._jobs = unified.backups
        self._hosts: dict[str, Load] = {}
        self._clusters: dict[str, Load] = {}
        for service in unified.services.values():
            self._place(service, unified)
        for job in unified.backups.values():
            for node in job.of:
                if node in unified.nodes and node not in unified.services:
                    self._hosts.setdefault(node, Load()).backups.setdefault(job.name, [])

    def _place(self, service: UnifiedService, unified: Unified) -> None:
        databases = [one for one in unified.databases.values() if one.service == service.name]
        jobs = [job.name for job in unified.backups.values() if service.name in job.of]
        for load, instance in self._loads(service):
            load.services.append((service, instance))
            load.databases += databases
            for job in jobs:
                load.backups.setdefault(job, []).append(service.name)

    def _loads(self, service: UnifiedService) -> list[tuple[Load, Instance | None]]:
        if service.cluster is not None:
            return [(self._clusters.setdefault(service.cluster, Load()), None)]
        places = [instance for instance in service.instances if instance.on is not None]
        return [(self._hosts.setdefault(str(instance.on), Load()), instance) for instance in places]

    def of_host(self, name: str) -> Vars:
        """Return the variables of a machine for what runs on it as containers."""
        return self._vars(self._hosts.get(name))

    def of_cluster(self, name: str) -> Vars:
        """Return the variables of a cluster for what runs in it as Helm releases."""
        return self._vars(self._clusters.get(name))

    def _vars(self, load: Load | None) -> Vars:
        if load is None:
            return {}
        found: Vars = {}
        services = sorted(load.services, key=lambda pair: pair[0].wave)
        if services and services[0][0].cluster is not None:
            found["infrastructure_releases"] = [_service(service, instance) for service, instance in services]
        elif services:
            found["infrastructure_services"] = [_service(service, instance) for service, instance in services]
        if load.databases:
            found["infrastructure_databases"] = [_database(one) for one in load.databases]
        if load.backups:
            found["backup_jobs"] = [_backup(self._jobs[job], names) for job, names in load.backups.items()]
        return found


def _service(service: UnifiedService, instance: Instance | None) -> Vars:
    values = {
        "name": service.name,
        "instance": instance.name if instance and instance.name != service.name else None,
        "kit": service.kit,
        "version": service.kit_version,
        "app_version": service.app_version,
        "state": service.state,
        "namespace": service.namespace,
        "tier": service.tier,
        "wave": service.wave,
        "ports": dict(instance.ports) if instance and instance.ports else None,
        "config_hash": service.config_hash,
    }
    return {name: value for name, value in values.items() if value is not None}


def _database(database: DatabaseInstance) -> Vars:
    kept = {"name", "engine", "version", "host", "port", "extensions", "tenants"}
    return database.model_dump(mode="json", include=kept, exclude_none=True)


def _backup(job: BackupJob, services: Sequence[str]) -> Vars:
    return job.model_dump(mode="json", exclude={"of"}, exclude_none=True) | {"services": list(services)}
