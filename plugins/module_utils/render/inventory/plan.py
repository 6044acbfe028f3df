# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory is made of, as plain data: it is compared in tests, kept in caches and shown by the API."""

from __future__ import annotations

from typing import Any, TypedDict

Vars = dict[str, Any]


class GroupPlan(TypedDict):
    """A group: its hosts and child groups, and its variables."""

    hosts: list[str]
    children: list[str]
    vars: Vars
    templates: Vars


class InventoryPlan(TypedDict):
    """A whole inventory.

    ``vars`` and ``hostvars`` are literals: text in them is never a template, whatever it looks like.
    ``templates`` are the variables that the user wrote as Ansible variables (``vars:`` of nodes and clusters);
    they lie over the literals, and only they may hold Jinja.
    """

    groups: dict[str, GroupPlan]
    hostvars: dict[str, Vars]
    templates: dict[str, Vars]


def as_script(plan: InventoryPlan) -> dict[str, Any]:
    """Return the inventory in the form that an inventory script prints and ``ansible-inventory --list`` shows."""
    hostvars = {host: {**own, **plan["templates"].get(host, {})} for host, own in plan["hostvars"].items()}
    shown: dict[str, Any] = {"_meta": {"hostvars": hostvars}}
    for name, group in plan["groups"].items():
        parts = {
            "hosts": group["hosts"],
            "children": group["children"],
            "vars": {**group["vars"], **group["templates"]},
        }
        shown[name] = {part: value for part, value in parts.items() if value}
    return shown
