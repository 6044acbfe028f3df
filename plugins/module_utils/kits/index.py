# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The index of a directory of kits: enough to list, search and match them without reading each.

``index.json`` is generated: ``python -m`` this package writes it, with ``--check`` it compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit

INDEX_FILE = "index.json"


def entry_of(kit: Kit) -> dict[str, Any]:
    """Return what the index says about a kit."""
    return {
        "version": kit.version,
        "app_version": kit.app_version,
        "title": kit.title,
        "summary": kit.summary,
        "categories": list(kit.categories),
        "licence": kit.licence,
        "arch": list(kit.arch),
        "targets": [target for target in ("compose", "helm", "host") if kit.supports(target)],
        "provides": sorted({provided.type for provided in kit.provides}),
        "requires": sorted({requirement.type for requirement in kit.requires.values() if requirement.mandatory}),
        "sha256": kit.digest,
    }


def index_text(kits: dict[str, Kit]) -> str:
    """Return the content of ``index.json``."""
    entries = {name: entry_of(kits[name]) for name in sorted(kits)}
    return json.dumps({"apiVersion": "kombify.stack/v1", "kits": entries}, indent=2, ensure_ascii=False) + "\n"


def read_index(directory: Path) -> dict[str, frozenset[str]]:
    """Return the capabilities of each kit in an index; a missing or broken index knows none."""
    try:
        kits = json.loads((directory / INDEX_FILE).read_text(encoding="utf-8"))["kits"]
        return {str(name): frozenset(entry["provides"]) for name, entry in kits.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
