# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the role pangolin; their documentation is in the YAML files beside this one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.peers import Machine, machine_link
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.names import group_name

KEYS = "__pangolin_keys"


def pangolin_links(
    links: list[dict[str, Any]],
    me: str,
    hostvars: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Collection[str]],
    here: Collection[str],
) -> list[dict[str, Any]]:
    """Return the links of the machine `me` as it has to set them up."""

    @cache
    def machine(name: str) -> Machine:
        known = hostvars[name]
        return Machine(
            name=name,
            host=str(known.get("ansible_host", name)),
            links={link["name"]: link for link in known.get("pangolin_links", ())},
            keys=(known.get(KEYS) or {}).get("keys", {}),
        )

    present = frozenset(here)
    members = {link["name"]: groups.get(group_name("link", link["name"]), ()) for link in links}
    return [machine_link(link, me, members[link["name"]], machine, present) for link in links]


class FilterModule:
    """What Ansible asks for filters."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"pangolin_links": pangolin_links}
