# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K405: an item found no place, and no other rule has said why yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import listing

SHOWN = 8


def report_leftovers(parts: Parts, said: Collection[str], problems: Problems) -> None:
    """K405: name every node with its reason. Having no nodes at all may come of a mistake that was reported."""
    unsure = parts.spec.problems.has_errors
    for item in parts.claims:
        refused = parts.refused(item)
        if refused is None or item.name in said or (not item.targets and unsure):
            continue
        place = parts.item_place(item)
        if not problems.repeats("K405", place):
            reasons = {node: refused[node] for node in sorted(item.targets, key=natural) if node in refused}
            message = f"{item.kind} '{item.name}' cannot be placed: {_nodes(reasons)}"
            problems.error("K405", message, place, _each(item.owner, reasons))


def _nodes(reasons: Mapping[str, str]) -> str:
    if not reasons:
        return "there is no node that it may use"
    return "its only node refuses it" if len(reasons) == 1 else f"none of its {len(reasons)} nodes takes it"


def _each(owner: str, reasons: Mapping[str, str]) -> str:
    """Return the reasons, those that several nodes share once."""
    if not reasons:
        return "add a node that fits, or look at runs_on and not_on"
    alike: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        alike.setdefault(reason, []).append(name)
    lines = [f"{listing(names, SHOWN)}: {reason}" for reason, names in alike.items()]
    more = len(lines) - SHOWN
    return "; ".join(lines[:SHOWN]) + (f"; and {more} more, see kombify explain {owner}" if more > 0 else "")
