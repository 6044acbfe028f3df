# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K404: one VM or instance is larger than the largest machine it may use, so no order of things can help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import RESOURCES, Claim
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.amounts import (
    WORDS,
    Resource,
    mode,
    shown,
    value,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems


@dataclass(frozen=True)
class TooLarge:
    """An item that fits on none of its machines, the resource that is short, and the machine that has most of it."""

    item: Claim
    resource: Resource
    node: NodeNeed
    given: int


def find_too_large(parts: Parts) -> dict[str, TooLarge]:
    """Return by name the items that not even an empty machine could take."""
    tops: dict[tuple[str, ...], dict[Resource, tuple[int, NodeNeed]]] = {}
    found = {}
    for item in parts.claims:
        if item.targets not in tops:
            tops[item.targets] = _tops(parts, item.targets)
        for resource, (given, node) in tops[item.targets].items():
            if value(item.needs, resource) > given:
                found[item.name] = TooLarge(item, resource, node, given)
                break
    return found


def _tops(parts: Parts, targets: Sequence[str]) -> dict[Resource, tuple[int, NodeNeed]]:
    """Return the most that one of some machines can give of each resource; nothing when one of them is unknown."""
    nodes = parts.requirements.nodes
    if len(targets) == 1 and targets[0] in parts.clusters:
        machines: Sequence[NodeNeed] = parts.clusters[targets[0]]
    else:
        machines = [nodes[name] for name in targets if name in nodes]
    known = [(node.allocatable, node) for node in machines if node.allocatable is not None]
    if not machines or len(known) < len(machines):
        return {}
    strict = [resource for resource in RESOURCES if mode(parts.spec, resource) == "error"]
    return {
        resource: max(((value(given, resource), node) for given, node in known), key=itemgetter(0))
        for resource in strict
    }


def report_too_large(parts: Parts, found: Iterable[TooLarge], problems: Problems) -> None:
    """K404: name the node that gives most, and what is missing there."""
    for one in found:
        item, resource = one.item, one.resource
        needed = value(item.needs, resource)
        need, give = shown(needed, resource), shown(one.given, resource)
        message = f"{item.kind} '{item.name}' needs {need} of {WORDS[resource]}, more than any node it may use can give"
        hint = f"'{one.node.name}' gives most: {give}, short by {shown(needed - one.given, resource)}"
        problems.error("K404", message, _place(parts, item, resource), hint)


def _place(parts: Parts, item: Claim, resource: Resource) -> Place:
    spec = parts.spec
    if item.kind == "VM":
        return spec.place("nodes", item.owner, "disk" if resource == "storage" else resource)
    path = ("storage",) if resource == "storage" else ("resources", resource)
    if spec.has("services", item.owner, *path):
        return parts.service_place(item.owner, *path)
    return parts.service_place(item.owner)
