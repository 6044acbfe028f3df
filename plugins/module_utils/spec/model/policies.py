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

    mode: Mode | None = Field(default=None, description="Whether a finding is an error, a warning, or nothing.")
    reason: str | None = Field(default=None, description="Why, for people.")
    factor: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="How many times the size may be promised."
    )


def _short_policy(value: Any) -> Any:
    if value in ("error", "warn", "off") and isinstance(value, str):
        return {"mode": value}
    return value


PolicyField = Annotated[Policy, BeforeValidator(_short_policy, json_schema_input_type=Mode | Policy)]


class Overcommit(Part):
    """What may be promised beyond what is there."""

    memory: PolicyField = Field(default=Policy(), description="Memory; not more than there is when left out.")
    storage: PolicyField = Field(default=Policy(), description="Storage; not more than there is when left out.")
    cpu: PolicyField = Field(default=Policy(), description="CPU; four times what there is when left out.")


class Security(Part):
    """What every workload has to keep."""

    mode: Mode = Field(default="warn", description="Whether a breach is an error, a warning, or nothing.")
    network: Literal["deny-all", "allow"] | None = Field(
        default=None, description="What the network lets through unless a service asks for it."
    )
    run_as_non_root: bool | None = Field(
        default=None, description="Whether containers have to run as another user than root."
    )
    read_only_root: bool | Literal["where-possible"] | None = Field(
        default=None, description="Whether the file systems of containers are read-only."
    )
    allow_privilege_escalation: bool | None = Field(default=None, description="Whether processes may gain rights.")
    drop_capabilities: Words = Field(default=(), description="Capabilities of Linux that containers lose.")


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

    overcommit: Overcommit = Field(default=Overcommit(), description="What may be promised beyond what is there.")
    security: Security = Field(default=Security(), description="What every workload has to keep.")
    compliance: Many[Check] = Field(default=(), description="What every service on Kubernetes has to bring.")
    capacity: Literal["survive-one-node"] | None = Field(
        default=None, description="Require that all services fit when one node is lost."
    )
    backups: PolicyField = Field(default=Policy(), description="Services that keep data and are not backed up.")
    versions: PolicyField = Field(
        default=Policy(), description="Versions that do not go together or are out of support."
    )
    naming: PolicyField = Field(default=Policy(), description="Names that differ from what is usual.")
    changes: Anything = Field(default_factory=dict, description="Which changes need an approval.")
