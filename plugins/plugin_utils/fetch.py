# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fetching an inventory: one that was kept and still holds, or the one of a plan made now."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from pathlib import Path

from ansible.errors import AnsibleParserError

from ansible_collections.kombify.stack.plugins.module_utils.drivers.inventory_cache import (
    Entry,
    InventoryCache,
    is_fresh,
    make_entry,
    unchanged_since,
)
from ansible_collections.kombify.stack.plugins.plugin_utils.stack import open_stack, refuse_errors

PLUGIN = "kombify.stack.kombination"


def fetch(path: Path, key: str, shared: MutableMapping[str, Entry] | None, *, anew: bool) -> Entry:
    """Return the inventory of a spec; ``shared`` is a cache besides our own, in which it has this key."""
    own = InventoryCache.of_user()
    if not anew:
        for kept in (own.load(path), shared.get(key) if shared is not None else None):
            if kept is not None and is_fresh(kept):
                return kept
    begin = time.time_ns()
    entry = make(path)
    if unchanged_since(entry, begin):
        own.save(path, entry)
        if shared is not None:
            shared[key] = entry
    return entry


def make(path: Path) -> Entry:
    """Make the plan of a spec and the inventory of the plan; a spec with errors is refused."""
    project = open_stack(path)
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.inputs import inputs_of
    from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
    from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity
    from ansible_collections.kombify.stack.plugins.module_utils.spec.report.visible import visible

    plan = project.plan()
    refuse_errors(path, plan.problems)
    if project.spec.stack.plugin is None or plan.unified is None:
        raise AnsibleParserError(f"{path}: the first line must be: plugin: {PLUGIN}")
    warnings = [one for one in plan.problems if one.severity is Severity.WARNING]
    shown = [visible(f"{one.place}: {one.code} {one.message}") for one in warnings]
    return make_entry(build_inventory(plan.unified), shown, inputs_of(project))
