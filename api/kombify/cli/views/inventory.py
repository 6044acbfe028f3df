"""The inventory as text."""

from __future__ import annotations

import json

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import as_script
from ansible_collections.kombify.stack.plugins.module_utils.render.static_inventory import host_text, inventory_text


def printed(unified: Unified, host: str | None, form: str) -> str:
    """Return the inventory, or the variables of one host, as ``yaml`` or ``json``."""
    plan = build_inventory(unified)
    if form == "yaml":
        return inventory_text(plan) if host is None else host_text(plan, host)
    script = as_script(plan)
    return json.dumps(script if host is None else script["_meta"]["hostvars"][host], indent=2, ensure_ascii=False)
