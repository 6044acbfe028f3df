# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How full a stack is: totals of the stack, its sites, labels, clusters and nodes, and what still fits.

VMs take from hypervisors, services take from machines and clusters. The two are counted apart,
because a VM's memory is both: taken from its hypervisor and given to services.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import NOTHING, Resources, Stage
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import Claim, claims, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed, Requirements
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

Scope = Literal["stack", "site", "label", "cluster", "node"]
Holds = Literal["VMs", "services"]


class Row(Stage):
    """One line of the report. ``largest`` is the largest item that still fits; ``unknown`` nodes are not counted."""

    scope: Scope
    name: str
    holds: Holds
    nodes: int
    unknown: int = 0
    items: int = 0
    size: Resources = NOTHING
    reserve: Resources = NOTHING
    allocatable: Resources = NOTHING
    promised: Resources = NOTHING
    largest: Resources = NOTHING

    @property
    def free(self) -> Resources:
        """What may still be promised; below zero where more is promised than there is."""
        return _minus(self.allocatable, self.promised)

    @property
    def utilisation(self) -> dict[str, int]:
        """Per resource, promised per thousand of what may be promised; 0 where nothing may be."""
        whole, part = self.allocatable, self.promised
        return {
            "memory": _thousandths(part.memory, whole.memory),
            "storage": _thousandths(part.storage, whole.storage),
            "cpu": _thousandths(part.cpu, whole.cpu),
        }


class CapacityReport(Stage):
    """All rows: the stack first, then sites, labels, clusters and nodes in natural order."""

    rows: tuple[Row, ...]

    def of(self, scope: Scope, name: str, holds: Holds = "services") -> Row | None:
        """Return one row."""
        return next((row for row in self.rows if (row.scope, row.name, row.holds) == (scope, name, holds)), None)


def capacity(
    requirements: Requirements,
    vms: Mapping[str, str],
    placed: Mapping[str, str],
    clusters: Mapping[str, Sequence[NodeNeed]],
) -> CapacityReport:
    """Return the report; ``clusters`` are the machines of each cluster that run services (``claims.schedulable``)."""
    everything = claims(requirements, vms, placed)
    holders = _holders(requirements, everything, clusters)
    rows = [_together("stack", requirements.stack, holds, found) for holds, found in _by_kind(holders)]
    regions: tuple[tuple[Scope, dict[str, list[_Holder]]], ...]
    regions = (("site", _by_site(holders)), ("label", _by_label(holders)))
    for scope, groups in regions:
        for name in sorted(groups, key=natural):
            rows += [_together(scope, name, holds, found) for holds, found in _by_kind(groups[name])]
    rows += [holder.row for holder in holders if holder.scope == "cluster"]
    rows += [holder.row for holder in holders if holder.scope == "node"]
    return CapacityReport(rows=tuple(rows))


@dataclass(frozen=True)
class _Holder:
    """A machine or a cluster that holds items."""

    scope: Literal["cluster", "node"]
    name: str
    holds: Holds
    nodes: Sequence[NodeNeed]
    items: Sequence[Claim]

    @cached_property
    def row(self) -> Row:
        """The holder as a line of the report."""
        known = [node for node in self.nodes if node.size is not None and node.allocatable is not None]
        parts = [node.allocatable for node in known if node.allocatable is not None]
        allocatable = total(parts)
        promised = total(item.needs for item in self.items) if known else NOTHING
        return Row(
            scope=self.scope,
            name=self.name,
            holds=self.holds,
            nodes=len(self.nodes),
            unknown=len(self.nodes) - len(known),
            items=len(self.items),
            size=total(node.size for node in known if node.size is not None),
            reserve=total(node.reserve for node in known),
            allocatable=allocatable,
            promised=promised,
            largest=_largest(_minus(allocatable, promised), parts),
        )


def _largest(free: Resources, parts: Iterable[Resources]) -> Resources:
    """Return what one item may have: all that is free, but no more than the largest machine gives."""
    top = list(parts) or [NOTHING]
    return Resources(
        memory=max(0, min(free.memory, max(part.memory for part in top))),
        storage=max(0, min(free.storage, max(part.storage for part in top))),
        cpu=max(0, min(free.cpu, max(part.cpu for part in top))),
    )


def _holders(
    requirements: Requirements, everything: Sequence[Claim], clusters: Mapping[str, Sequence[NodeNeed]]
) -> list[_Holder]:
    """Return hypervisors with their VMs, and clusters and machines with their services."""
    at: dict[tuple[str, str], list[Claim]] = {}
    for item in everything:
        if item.at is not None:
            at.setdefault((item.kind, item.at), []).append(item)
    holders = []
    for name in sorted(clusters, key=natural):
        members = [item for node in clusters[name] for item in at.get(("service", node.name), ())]
        holders.append(_Holder("cluster", name, "services", clusters[name], [*at.get(("service", name), ()), *members]))
    usable = [node for node in requirements.nodes.values() if node.state == "present"]
    hypervisors = {name for node in usable for name in node.hypervisors}
    for node in sorted(usable, key=lambda one: natural(one.name)):
        if node.type == "hypervisor" or node.name in hypervisors:
            mine = [*at.get(("VM", node.name), ()), *at.get(("service", node.name), ())]
            holders.append(_Holder("node", node.name, "VMs", (node,), mine))
        elif node.cluster is None and (node.docker or ("service", node.name) in at):
            holders.append(_Holder("node", node.name, "services", (node,), at.get(("service", node.name), [])))
    return holders


def _by_kind(holders: Iterable[_Holder]) -> list[tuple[Holds, list[_Holder]]]:
    found: dict[Holds, list[_Holder]] = {"services": [], "VMs": []}
    for holder in holders:
        found[holder.holds].append(holder)
    return [(holds, some) for holds, some in found.items() if some]


def _by_site(holders: Iterable[_Holder]) -> dict[str, list[_Holder]]:
    found: dict[str, list[_Holder]] = {}
    for holder in holders:
        sites = {node.site for node in holder.nodes}
        if len(sites) == 1 and (site := next(iter(sites))) is not None:
            found.setdefault(site, []).append(holder)
    return found


def _by_label(holders: Iterable[_Holder]) -> dict[str, list[_Holder]]:
    found: dict[str, list[_Holder]] = {}
    for holder in holders:
        shared = [set(node.labels.items()) for node in holder.nodes]
        for key, value in set.intersection(*shared) if shared else ():
            found.setdefault(f"{key}={value}", []).append(holder)
    return found


def _together(scope: Scope, name: str, holds: Holds, holders: Sequence[_Holder]) -> Row:
    rows = [holder.row for holder in holders]
    return Row(
        scope=scope,
        name=name,
        holds=holds,
        nodes=sum(row.nodes for row in rows),
        unknown=sum(row.unknown for row in rows),
        items=sum(row.items for row in rows),
        size=total(row.size for row in rows),
        reserve=total(row.reserve for row in rows),
        allocatable=total(row.allocatable for row in rows),
        promised=total(row.promised for row in rows),
        largest=max((row.largest for row in rows), key=lambda one: (one.memory, one.storage, one.cpu), default=NOTHING),
    )


def _minus(whole: Resources, part: Resources) -> Resources:
    return Resources(memory=whole.memory - part.memory, storage=whole.storage - part.storage, cpu=whole.cpu - part.cpu)


def _thousandths(part: int, whole: int) -> int:
    return part * 1000 // whole if whole > 0 else 0
