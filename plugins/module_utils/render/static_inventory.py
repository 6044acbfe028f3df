# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory as files that any Ansible reads without our plugin, such as the one that runs kubespray.

Text that looks like a template is marked ``!unsafe`` wherever the plan says that it is none.
"""

from __future__ import annotations

from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import GroupPlan, InventoryPlan, Vars

HEADER = "# Written by kombify: change the spec, not this file.\n"


class _Literal(str):
    """A text that Ansible must not take for a template."""

    __slots__ = ()


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out: people read these files."""
        return True


_Dumper.add_representer(_Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def inventory_text(plan: InventoryPlan) -> str:
    """Return the whole inventory as one file."""
    hosts = {host: _variables(own, plan["templates"].get(host, {})) for host, own in plan["hostvars"].items()}
    groups = {name: _group(group, variables=True) for name, group in plan["groups"].items() if name != "all"}
    everything = {"vars": _group_vars(plan["groups"]["all"])} if "all" in plan["groups"] else {}
    return HEADER + dump({"all": {**everything, "hosts": hosts}, **groups})


def host_text(plan: InventoryPlan, host: str) -> str:
    """Return the variables of one host, without those of its groups."""
    return dump(_variables(plan["hostvars"][host], plan["templates"].get(host, {})))


def inventory_files(plan: InventoryPlan) -> dict[str, str]:
    """Return the inventory as kubespray's users know it: hosts, group_vars and host_vars."""
    groups = {name: _group(group, variables=False) for name, group in plan["groups"].items() if name != "all"}
    files = {"hosts.yaml": HEADER + dump({"all": {"hosts": dict.fromkeys(plan["hostvars"])}, **groups})}
    for name, group in plan["groups"].items():
        variables = _group_vars(group)
        if variables:
            files[f"group_vars/{name}.yaml"] = HEADER + dump(variables)
    for host, own in plan["hostvars"].items():
        variables = _variables(own, plan["templates"].get(host, {}))
        if variables:
            files[f"host_vars/{host}.yaml"] = HEADER + dump(variables)
    return files


def dump(data: Any) -> str:
    """Return data as YAML in its own order."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def _group(group: GroupPlan, *, variables: bool) -> dict[str, Any]:
    parts = {
        "hosts": dict.fromkeys(group["hosts"]),
        "children": dict.fromkeys(group["children"]),
        "vars": _group_vars(group) if variables else {},
    }
    return {name: part for name, part in parts.items() if part}


def _group_vars(group: GroupPlan) -> Vars:
    return _variables(group["vars"], group["templates"])


def _variables(literals: Vars, templates: Vars) -> Vars:
    return {**{name: _literal(value) for name, value in literals.items()}, **templates}


def _literal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_literal(item) for item in value]
    return _Literal(value) if isinstance(value, str) and "{" in value else value
