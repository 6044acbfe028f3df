# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K407: the plan knows too little of a machine, or what it knows is old."""

from __future__ import annotations

from datetime import date

from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems

MAX_DAYS = 7


def check_facts(parts: Parts, problems: Problems) -> None:
    """K407: facts are missing or older than a week; only of machines that something could be placed on."""
    wanted = {target for item in parts.claims for target in item.targets}
    for cluster, members in parts.clusters.items():
        if cluster in wanted:
            wanted.update(node.name for node in members)
    for name in sorted(wanted.intersection(parts.requirements.nodes), key=natural):
        if parts.requirements.nodes[name].size is None and not _written(parts, name):
            place = parts.spec.key_place("nodes", name)
            if not problems.repeats("K407", place):
                message = f"the size of '{name}' is unknown: it takes only what names it"
                hint = "gather facts, or write its cpu, memory and disk"
                problems.warning("K407", message, place, hint)
    _check_age(parts, wanted, problems)


def _written(parts: Parts, name: str) -> bool:
    """Tell whether the spec gives every size; when one of them is wrong, its own problem says so."""
    return all(parts.spec.has("nodes", name, size) for size in ("cpu", "memory", "disk"))


def _check_age(parts: Parts, wanted: set[str], problems: Problems) -> None:
    for name, found in sorted(parts.facts.nodes.items(), key=lambda pair: natural(pair[0])):
        gathered = _day(found.gathered)
        if name not in wanted or name not in parts.requirements.nodes or parts.today is None or gathered is None:
            continue
        days = (parts.today - gathered).days
        place = parts.spec.key_place("nodes", name)
        if days > MAX_DAYS and not problems.repeats("K407", place):
            message = f"the facts of '{name}' are {days} days old (of {gathered})"
            problems.warning("K407", message, place, "gather facts again")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
