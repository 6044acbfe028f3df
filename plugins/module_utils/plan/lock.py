# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""kombination.lock: what must not wander from one plan to the next.

The file is written beside the spec, is meant to be committed, and holds no secret values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import read_source
from ansible_collections.kombify.stack.plugins.module_utils.spec.validate import validate

HEADER = "# Written by kombify: what must not wander. Commit it; do not edit it by hand.\n"


class _Locked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KitLock(_Locked):
    """The version of a service's kit, the hash of its content, and the version of the application."""

    version: str
    digest: str
    app_version: str | None = None


class Lock(_Locked):
    """Everything that was decided earlier. Names are nodes, services and their instances.

    For databases ``postgresql/hq`` is the version of an instance, ``postgresql/hq/shop`` the shop's database in it.
    """

    version: Literal[1] = 1
    placement: dict[str, str] = Field(default_factory=dict)
    vms: dict[str, str] = Field(default_factory=dict)
    vmids: dict[str, int] = Field(default_factory=dict)
    addresses: dict[str, str] = Field(default_factory=dict)
    links: dict[str, dict[str, str]] = Field(default_factory=dict)
    ports: dict[str, dict[str, int]] = Field(default_factory=dict)
    kits: dict[str, KitLock] = Field(default_factory=dict)
    databases: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)
    volumes: dict[str, str] = Field(default_factory=dict)


def load_lock(path: Path, problems: Problems) -> Lock:
    """Read a lock; a missing one is empty, a broken one is reported and nothing of it is used."""
    if not path.exists():
        return Lock()
    found = Problems()
    reading = read_source(path, found, layer="lock")
    lock = None
    if reading.root is not None and reading.complete:
        lock = validate(Lock, reading.root.plain(), reading.root, (), found)
    problems.extend(found)
    return lock if lock is not None and not found.has_errors else Lock()


def dump_lock(lock: Lock) -> str:
    """Return the text of a lock; equal locks give equal bytes."""
    data = {name: value for name, value in lock.model_dump().items() if value}
    return HEADER + yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=True, allow_unicode=True, width=120)
