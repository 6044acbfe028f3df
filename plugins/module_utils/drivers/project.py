# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stack's folder on disk: the one place where spec, kits, facts and lock are read together.

The command, the inventory plugin and the modules all open a stack here, so that they see the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.kit_sources import check_sources
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts, load_facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock, load_lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan, make_plan
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec, load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec

SPEC_NAMES = ("kombination.yaml", "kombination.yml")
LOCK_NAME = "kombination.lock"
STATE_FOLDER = ".kombify"
FACTS_NAME = "facts.json"


@dataclass(frozen=True)
class Project:
    """Everything that a plan is made of."""

    path: Path
    spec: Spec
    catalogue: Catalogue
    facts: Facts
    lock: Lock

    @property
    def folder(self) -> Path:
        """The folder of the spec, which also holds the lock and our own folder."""
        return self.path.parent

    @property
    def facts_path(self) -> Path:
        """Where the facts are kept."""
        return self.folder / STATE_FOLDER / FACTS_NAME

    def plan(self, today: date | None = None) -> Plan:
        """Make the plan. Without a day the age of facts is not judged."""
        return make_plan(self.spec, self.catalogue, self.facts, self.lock, today=today)


def find_spec(path: Path) -> Path:
    """Return the spec of a path that may be the file or its folder."""
    if path.is_dir():
        for name in SPEC_NAMES:
            if (path / name).exists():
                return path / name
        return path / SPEC_NAMES[0]
    return path


def open_project(path: Path, *, overlays: Sequence[Path] = (), sets: Sequence[str] = ()) -> Project:
    """Read a stack. Nothing is raised for bad content: look at ``project.spec.problems``."""
    path = find_spec(path)
    spec = load_spec(path, overlays=overlays, sets=sets)
    check_spec(spec)
    check_sources(spec, spec.problems)
    facts = load_facts(path.parent / STATE_FOLDER / FACTS_NAME, spec.problems)
    lock = load_lock(path.parent / LOCK_NAME, spec.problems)
    return Project(path, spec, _catalogue(spec, path.parent), facts, lock)


def _catalogue(spec: Spec, folder: Path) -> Catalogue:
    """Return the catalogue: sources of the spec first, in their order, then the kits that come with us."""
    sources = {}
    for number, source in enumerate(spec.stack.catalog, start=1):
        if source.path is not None:
            sources[source.name or f"source-{number}"] = folder / source.path
    return Catalogue({**sources, "builtin": BUILTIN})
