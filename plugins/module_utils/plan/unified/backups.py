# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backup policies with what each of them covers."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import BackupJob
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.backups import BackupPolicy
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import to_cron
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope


def build_backups(spec: Spec, scope: Scope, services: Mapping[str, ServiceNeed]) -> dict[str, BackupJob]:
    """Return the backup jobs of a stack."""
    found = {}
    for name, policy in sorted(spec.stack.backups.policies.items()):
        found[name] = BackupJob(
            name=name,
            engine=policy.engine,
            cron=to_cron(policy.schedule) or policy.schedule,
            of=covered(name, policy, spec, scope, services),
            keep=policy.keep.model_dump(exclude_none=True),
            target=policy.target,
            jitter=policy.jitter,
            bandwidth=policy.bandwidth,
        )
    return found


def covered(
    name: str, policy: BackupPolicy, spec: Spec, scope: Scope, services: Mapping[str, ServiceNeed]
) -> tuple[str, ...]:
    """Return what a policy covers: what it names and who names it; naming nothing means all that has data."""
    chosen = {service for service, one in spec.stack.services.items() if one.backup and name in one.backup.policies}
    if not policy.of:
        chosen |= {service for service, need in services.items() if _concerned(service, need, policy, spec)}
    for subject in _named(policy.of, scope):
        chosen |= _instances_of(subject, spec, services) or {subject}
    return tuple(sorted(chosen, key=natural))


def _instances_of(subject: str, spec: Spec, services: Mapping[str, ServiceNeed]) -> set[str]:
    """Return the services that are an engine's instances; the plan may have added them."""
    if subject not in spec.stack.databases:
        return set()
    return {name for name, need in services.items() if subject in need.provides}


def _named(terms: tuple[str, ...], scope: Scope) -> frozenset[str]:
    """Return the services and machines that a policy names; a wrong name is reported by the rules of the spec."""
    try:
        services, nodes = scope.subjects(terms)
    except BadTerm:
        return frozenset()
    return services | nodes


def _concerned(name: str, need: ServiceNeed, policy: BackupPolicy, spec: Spec) -> bool:
    """Velero saves whole clusters; the others save data of services that did not say no."""
    if policy.engine == "velero":
        return need.cluster is not None
    wish = spec.stack.services[name].backup if name in spec.stack.services else None
    return need.stateful and (wish is None or (wish.wanted and not wish.policies))
