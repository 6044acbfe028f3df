# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a plan can find: rules that look at kits, facts, the lock and the places of things."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.backups import (
    check_backed_up,
    check_shared_fate,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.capabilities import (
    check_capabilities,
    check_pools,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.kits import check_service_kits
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.knowledge import check_facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.leftovers import report_leftovers
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.overcommit import (
    find_loads,
    report_overcommitment,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts, PlanRule
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.ports import check_ports
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.reach import check_reach
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.removal import check_removal
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.sizes import find_too_large, report_too_large
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.spare import report_no_spare
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.versions import (
    check_architectures,
    check_kubernetes,
    check_upgrades,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems

# What is wrong only if everything that was declared is known.
TOGETHER: tuple[PlanRule, ...] = (
    check_capabilities,
    check_facts,
    check_reach,
    check_removal,
    check_backed_up,
    check_shared_fate,
)
# What is wrong in itself, whatever the parts of a file that could not be read may say.
ALONE: tuple[PlanRule, ...] = (check_pools, check_kubernetes, check_upgrades)


def check_kits(spec: Spec, catalogue: Catalogue, problems: Problems) -> None:
    """Append what is wrong with the kits that a spec names, before anything is worked out from them."""
    check_service_kits(spec, catalogue, problems)


def check_plan(parts: Parts, problems: Problems) -> None:
    """Append whatever is wrong with a plan."""
    for rule in (*ALONE, *(TOGETHER if parts.spec.complete else ())):
        rule(parts, problems)
    _check_places(parts, problems)


def _check_places(parts: Parts, problems: Problems) -> None:
    """Say for each item without a place once why: it is too large, its host is full, its port is taken, …"""
    too_large = find_too_large(parts)
    loads = find_loads(parts, too_large)
    said = {*too_large, *check_ports(parts, problems), *check_architectures(parts, problems)}
    report_too_large(parts, too_large.values(), problems)
    said |= report_overcommitment(parts, loads, problems)
    if parts.spec.complete:
        report_leftovers(parts, said, problems)
        report_no_spare(parts, loads, said, problems)
