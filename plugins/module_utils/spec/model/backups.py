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

    days: Annotated[int, Field(ge=1)] | None = Field(default=None, description="All backups of this many days.")
    last: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="The newest backups, whatever their age."
    )
    hourly: Annotated[int, Field(ge=1)] | None = Field(default=None, description="One an hour, for this many hours.")
    daily: Annotated[int, Field(ge=1)] | None = Field(default=None, description="One a day, for this many days.")
    weekly: Annotated[int, Field(ge=1)] | None = Field(default=None, description="One a week, for this many weeks.")
    monthly: Annotated[int, Field(ge=1)] | None = Field(default=None, description="One a month, for this many months.")
    yearly: Annotated[int, Field(ge=1)] | None = Field(default=None, description="One a year, for this many years.")


class BackupTarget(Part):
    """Where backups go."""

    type: Literal["restic", "s3", "nfs", "pbs", "local"] = Field(description="What kind of place it is.")
    url: str | None = Field(default=None, description="The address, such as sftp:backup@192.168.1.20:/srv/backup.")
    service: str | None = Field(
        default=None, description="The service of this stack that is the target, such as minio."
    )
    bucket: str | None = Field(default=None, description="The bucket in an S3 store.")
    password: Secret | None = Field(default=None, description="The password that encrypts the backups.")
    access_key: Secret | None = Field(default=None, description="The access key of an S3 store.")
    secret_key: Secret | None = Field(default=None, description="The secret key of an S3 store.")
    node: str | None = Field(
        default=None,
        description="The node that holds the target, for the check of shared faults.",
    )


class Saving(Part):
    """What is backed up, when, and how long it is kept."""

    engine: Literal["restic", "velero", "dump", "pbs"] = Field(default="restic", description="The program that saves.")
    of: Selector = Field(default=(), description="Services or nodes; everything when left out.")
    schedule: Schedule = Field(description="When it runs.")
    keep: Keep = Field(description="How many backups are kept.")
    jitter: Duration | None = Field(
        default=None, description="The longest random delay, so that not all start at once."
    )
    bandwidth: Bandwidth | None = Field(default=None, description="What a backup may take of the line.")
    drill: Literal["weekly", "monthly", "quarterly", "yearly"] | None = Field(
        default=None, description="How often a restore is tried."
    )


class BackupPolicy(Saving):
    """What is backed up, when, how long it is kept, and where."""

    target: str = Field(description="The target that it saves to.")


class ShortBackups(Saving):
    """One target and one policy, both called default."""

    target: str | BackupTarget = Field(description="An address for restic, or a target in full.")


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

    targets: dict[str, BackupTarget] = Field(default_factory=dict, description="Where backups go, by name.")
    policies: dict[str, BackupPolicy] = Field(default_factory=dict, description="What is saved when, by name.")
