# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies: what is checked, and how strictly."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import Anything, Many, Mode, Part, Words


class Policy(Part):
    """How strictly one kind of check is taken, and why."""

    mode: Mode | None = None
    reason: str | None = None
    factor: Annotated[int, Field(ge=1, le=100)] | None = None


def _short_policy(value: Any) -> Any:
    if value in ("error", "warn", "off") and isinstance(value, str):
        return {"mode": value}
    return value


PolicyField = Annotated[Policy, BeforeValidator(_short_policy, json_schema_input_type=Mode | Policy)]


class Overcommit(Part):
    """What may be promised beyond what is there."""

    memory: PolicyField = Policy()
    storage: PolicyField = Policy()
    cpu: PolicyField = Policy()


class Security(Part):
    """What every workload has to keep."""

    mode: Mode = "warn"
    network: Literal["deny-all", "allow"] | None = None
    run_as_non_root: bool | None = None
    read_only_root: bool | Literal["where-possible"] | None = None
    allow_privilege_escalation: bool | None = None
    drop_capabilities: Words = ()


Check = Literal[
    "network_policy",
    "service_account",
    "rbac",
    "service_monitor",
    "pod_disruption_budget",
    "helm_test",
]


class Policies(Part):
    """What is checked, and how strictly: error, warn or off."""

    overcommit: Overcommit = Overcommit()
    security: Security = Security()
    compliance: Many[Check] = ()
    capacity: Literal["survive-one-node"] | None = None
    backups: PolicyField = Policy()
    versions: PolicyField = Policy()
    naming: PolicyField = Policy()
    changes: Anything = Field(default_factory=dict)
