# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a spec beyond single values: every rule that needs neither kits, facts nor a plan."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.addresses import (
    check_addresses,
    check_networks,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.backups import check_shared_fate, check_times
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import Rule
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.interpolation import check_interpolation
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.names import check_first_line, check_names
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.needs import check_circles, check_states
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.networks import check_overlaps, check_vlans
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.redundancy import (
    check_control_planes,
    check_hypervisors,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.references import (
    check_overrides,
    check_references,
    check_services_named,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.remediation import check_alerts, check_limits
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.secrets import (
    check_bootstrap,
    check_plain_secrets,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.selections import check_selectors, check_subjects
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.unused import check_unused
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.urls import check_domains, check_urls
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.versions import (
    check_clusters,
    check_open_versions,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope

# What is wrong in itself, whatever the parts of a file that could not be read may say.
ALONE: tuple[Rule, ...] = (
    check_names,
    check_addresses,
    check_overlaps,
    check_vlans,
    check_urls,
    check_circles,
    check_limits,
    check_open_versions,
    check_times,
)
# What is wrong only if everything that was declared is known.
TOGETHER: tuple[Rule, ...] = (
    check_first_line,
    check_references,
    check_services_named,
    check_overrides,
    check_selectors,
    check_subjects,
    check_interpolation,
    check_unused,
    check_networks,
    check_domains,
    check_states,
    check_alerts,
    check_clusters,
    check_control_planes,
    check_hypervisors,
    check_shared_fate,
    check_bootstrap,
)


def check_spec(spec: Spec) -> None:
    """Append to ``spec.problems`` whatever is wrong with a spec; secrets are covered in all that was found."""
    scope = Scope(spec.stack)
    for rule in (*ALONE, *(TOGETHER if spec.complete else ())):
        rule(spec, scope, spec.problems)
    check_plain_secrets(spec, scope, spec.problems)
