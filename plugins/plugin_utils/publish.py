# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a built inventory into Ansible's, in bulk.

Ansible's own way, one ``set_variable`` a value, takes six times as long for ten thousand hosts. So variables are put
into the hosts at once. What Ansible's way would have done for them is done here: text is marked, or not marked,
as a template.
"""

from __future__ import annotations

from typing import Any

from ansible.inventory.data import InventoryData
from ansible.template import trust_as_template


def publish(plan: dict[str, Any], inventory: InventoryData) -> None:
    """Add the groups, hosts and variables of an ``InventoryPlan``."""
    literals = Literals()
    for name in plan["groups"]:
        inventory.add_group(name)
    for host, variables in plan["hostvars"].items():
        inventory.add_host(host)
        inventory.hosts[host].vars.update(literals.of(variables))
    for name, group in plan["groups"].items():
        _fill(name, group, inventory, literals)
    for host, variables in plan["templates"].items():
        _set_templates(host, variables, inventory)


def _fill(name: str, group: dict[str, Any], inventory: InventoryData, literals: Literals) -> None:
    target = inventory.groups[name]
    for host in group["hosts"]:
        target.add_host(inventory.hosts[host])
    for child in group["children"]:
        inventory.add_child(name, child)
    target.vars.update(literals.of(group["vars"]))
    _set_templates(name, group["templates"], inventory)


def _set_templates(name: str, variables: dict[str, Any], inventory: InventoryData) -> None:
    for variable, value in variables.items():
        inventory.set_variable(name, variable, trusted(value))


def trusted(value: Any) -> Any:
    """Return a value in which Ansible may template all text."""
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [trusted(item) for item in value]
    return value


class Literals:
    """Makes values that are never templated.

    Text with a brace stays unmarked: Ansible takes it as it is. Text without one means the same marked or not;
    it is marked, because ``ansible-inventory --list`` wraps all other text in ``__ansible_unsafe``.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, value: Any) -> Any:
        """Return the value with its harmless text marked."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.of(item) for item in value]
        return value

    def _text(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = text if "{" in text or text.startswith("#jinja2:") else trust_as_template(text)
        return known
