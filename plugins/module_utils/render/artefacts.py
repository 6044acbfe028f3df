# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that a plan is written down in, and the list that tells whether they are still as they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Stage
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.docs.page import markdown
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.svg import svg
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import graph_of
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
from ansible_collections.kombify.stack.plugins.module_utils.render.static_inventory import HEADER, dump, inventory_files

MANIFEST = "manifest.json"


def stage_files(requirements: Requirements, unified: Unified) -> dict[str, str]:
    """Return the second and third stage of a plan as files."""
    return {"requirements.yaml": _stage(requirements), "unified.yaml": _stage(unified)}


def artefacts(requirements: Requirements, unified: Unified) -> dict[str, str]:
    """Return everything that a plan is handed over as: the stages, a static inventory, and documentation."""
    inventory = inventory_files(build_inventory(unified))
    return {
        **stage_files(requirements, unified),
        **{f"inventory/{name}": text for name, text in inventory.items()},
        "docs/README.md": markdown(unified),
        "docs/graph.svg": svg(graph_of(unified)),
    }


def manifest(unified: Unified, files: Mapping[str, str]) -> str:
    """Return the list of files with their hashes, and the hashes of what they were made from."""
    listed = {name: {"sha256": sha256(text), "bytes": len(text.encode())} for name, text in sorted(files.items())}
    made_from = {"spec": unified.spec_digest, "facts": unified.facts_digest}
    return json.dumps({"version": 1, "stack": unified.stack, "from": made_from, "files": listed}, indent=2) + "\n"


def hashes(text: str) -> dict[str, str]:
    """Return the hash of every file in a manifest; a text that is none lists nothing."""
    try:
        data: Any = json.loads(text)
        return {str(name): str(entry["sha256"]) for name, entry in data["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def sha256(text: str) -> str:
    """Return the hash of a text as it stands in a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def _stage(stage: Stage) -> str:
    return HEADER + dump(stage.model_dump(mode="json", by_alias=True, exclude_defaults=True))
