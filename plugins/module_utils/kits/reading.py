# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One file to one kit, with every problem at its place."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.rules import check_kit
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import read_source
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, key_at
from ansible_collections.kombify.stack.plugins.module_utils.spec.validate import validate

KIT_FILE = "kit.yaml"


def read_kit(folder: Path, source_name: str, problems: Problems) -> Kit | None:
    """Read the kit of a folder; a kit with any error is no kit, and ``problems`` says why."""
    path = folder / KIT_FILE
    found = Problems()
    reading = read_source(path, found, layer=f"kit {folder.name}")
    kit = None
    if isinstance(reading.root, Mapping):
        plain = reading.root.plain()
        kit = validate(Kit, plain, reading.root, ("kit",), found)
        if kit is not None and not found.has_errors:
            _check_name(kit, folder, reading.root, found)
            check_kit(kit, plain, reading.root, found)
    elif reading.complete:
        message = f"{path} is not a kit"
        found.error("K205", message, reading.source.place(1, 1), "start it with apiVersion: kombify.stack/v1")
    problems.extend(found)
    if kit is None or found.has_errors or not reading.complete:
        return None
    kit.came_from(source_name, hashlib.sha256(reading.source.text.encode()).hexdigest())
    return kit


def _check_name(kit: Kit, folder: Path, tree: Mapping, problems: Problems) -> None:
    """A kit is looked up by its folder, so that both must agree."""
    if kit.name != folder.name:
        message = f"kit '{kit.name}' stands in the folder '{folder.name}'"
        problems.error("K208", message, key_at(tree, ("name",)).place, f"rename the folder to {kit.name}")
