# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a plan: spec, kits, facts and lock in; requirements, unified plan and the next lock out.

Pure: no clock, no network, no randomness. The same inputs give the same bytes, whatever the order of keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.databases import pool_databases
from ansible_collections.kombify.stack.plugins.module_utils.plan.engines import Engines, add_engines
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.placing import Rounds, place_all
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import Pooling
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.build import build_requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules import check_kits, check_plan
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.backups import build_backups
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.build import Places, build_unified, next_lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope


@dataclass(frozen=True)
class Plan:
    """A plan, with everything that explains it. ``unified`` is None when there are errors."""

    spec: Spec
    catalogue: Catalogue
    facts: Facts
    old_lock: Lock
    requirements: Requirements
    pooling: Pooling
    rounds: Rounds
    lock: Lock
    unified: Unified | None
    problems: Problems = field(default_factory=Problems)


def make_plan(spec: Spec, catalogue: Catalogue, facts: Facts, lock: Lock, *, today: date | None = None) -> Plan:
    """Return the plan of a spec; its problems are the spec's and those that only a plan can find."""
    problems = Problems()
    problems.extend(spec.problems)
    scope = Scope(spec.stack)
    check_kits(spec, catalogue, problems)
    built = build_requirements(spec, scope, catalogue, facts)
    pooling = pool_databases(spec, built.requirements, catalogue, lock)
    engines = add_engines(built, pooling, spec, catalogue)
    requirements = engines.built.requirements
    rounds = place_all(spec, scope, requirements, facts, lock)
    check_plan(
        Parts(
            spec=spec,
            catalogue=catalogue,
            facts=facts,
            lock=lock,
            requirements=requirements,
            vms=rounds.vms,
            placed=rounds.instances,
            unplaced=rounds.unplaced,
            unplaced_vms=rounds.unplaced_vms,
            pooling=pooling,
            backups=build_backups(spec, scope, requirements.services),
            today=today,
        ),
        problems,
    )
    unified, new_lock = (
        (None, lock) if problems.has_errors else _settle(spec, scope, engines, rounds, pooling, facts, lock)
    )
    return Plan(
        spec=spec,
        catalogue=catalogue,
        facts=facts,
        old_lock=lock,
        requirements=requirements,
        pooling=pooling,
        rounds=rounds,
        lock=new_lock,
        unified=unified,
        problems=problems,
    )


def _settle(
    spec: Spec, scope: Scope, engines: Engines, rounds: Rounds, pooling: Pooling, facts: Facts, lock: Lock
) -> tuple[Unified, Lock]:
    places = Places(rounds.vms, rounds.instances)
    unified = build_unified(spec, scope, engines.built, places, pooling, engines.service_of, facts, lock)
    return unified, next_lock(unified, places, engines.built, pooling)
