# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups: where they go, what is saved and when, how long it is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import Part, Schedule, Secret, Selector
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import Bandwidth, Duration


class Keep(Part):
    """How many backups are kept."""

    days: Annotated[int, Field(ge=1)] | None = None
    last: Annotated[int, Field(ge=1)] | None = None
    hourly: Annotated[int, Field(ge=1)] | None = None
    daily: Annotated[int, Field(ge=1)] | None = None
    weekly: Annotated[int, Field(ge=1)] | None = None
    monthly: Annotated[int, Field(ge=1)] | None = None
    yearly: Annotated[int, Field(ge=1)] | None = None


class BackupTarget(Part):
    """Where backups go."""

    type: Literal["restic", "s3", "nfs", "pbs", "local"]
    url: str | None = None
    service: str | None = None
    bucket: str | None = None
    password: Secret | None = None
    access_key: Secret | None = None
    secret_key: Secret | None = None
    node: str | None = Field(
        default=None,
        description="The node that holds the target, for the check of shared faults.",
    )


class Saving(Part):
    """What is backed up, when, and how long it is kept."""

    engine: Literal["restic", "velero", "dump", "pbs"] = "restic"
    of: Selector = Field(default=(), description="Services or nodes; everything when left out.")
    schedule: Schedule
    keep: Keep
    jitter: Duration | None = None
    bandwidth: Bandwidth | None = None
    drill: Literal["weekly", "monthly", "quarterly", "yearly"] | None = Field(
        default=None, description="How often a restore is tried."
    )


class BackupPolicy(Saving):
    """What is backed up, when, how long it is kept, and where."""

    target: str


class ShortBackups(Saving):
    """One target and one policy, both called default."""

    target: str | BackupTarget


def short_backups(value: Any) -> Any:
    """``target + schedule + keep`` is short for one target and one policy, both called default."""
    if not isinstance(value, dict) or "policies" in value or "targets" in value or "target" not in value:
        return value
    target = value["target"]
    if isinstance(target, str):
        target = {"type": "restic", "url": target}
    policy = {name: item for name, item in value.items() if name != "target"}
    return {
        "targets": {"default": target},
        "policies": {"default": {**policy, "target": "default"}},
    }


class Backups(Part):
    """Targets and policies."""

    targets: dict[str, BackupTarget] = Field(default_factory=dict)
    policies: dict[str, BackupPolicy] = Field(default_factory=dict)
