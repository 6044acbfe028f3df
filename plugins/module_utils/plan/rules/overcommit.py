# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K401, K402, K403: more memory, storage or CPU is promised than a machine, a cluster or a group of machines has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import RESOURCES, Claim, total
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.amounts import (
    CODES,
    WORDS,
    Resource,
    counted,
    factor,
    largest,
    mode,
    shown,
    value,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import by_policy


@dataclass(frozen=True)
class Load:
    """What some machines together have to carry; ``name`` is a machine's, a cluster's, or empty for a group."""

    name: str
    nodes: Sequence[NodeNeed]
    items: Sequence[Claim]
    cluster: bool = False

    @cached_property
    def promised(self) -> Resources:
        """What the items need together."""
        return total(item.needs for item in self.items)

    @cached_property
    def allocatable(self) -> Resources | None:
        """What may be promised; None when a machine's size is unknown."""
        known = [node.allocatable for node in self.nodes if node.allocatable is not None]
        return total(known) if len(known) == len(self.nodes) else None

    def needed(self, resource: Resource) -> int:
        """Return how much is promised."""
        return value(self.promised, resource)

    def given(self, resource: Resource) -> int | None:
        """Return how much may be promised; None when a machine's size is unknown."""
        return value(self.allocatable, resource) if self.allocatable is not None else None

    def size(self, resource: Resource) -> int:
        """Return how much the machines have."""
        return sum(value(node.size, resource) for node in self.nodes if node.size is not None)

    def short(self, resource: Resource) -> int:
        """Return how much is missing; 0 when it is enough, or when nobody knows."""
        given = self.given(resource)
        return max(0, self.needed(resource) - given) if given is not None else 0


def find_loads(parts: Parts, oversized: Collection[str]) -> list[Load]:
    """Return clusters, machines, and groups of machines in which items found no place; K404 has its own items."""
    nodes = parts.requirements.nodes
    seated: dict[str, list[Claim]] = {}
    for item in parts.claims:
        if item.seat is not None and item.name not in oversized:
            seated.setdefault(item.seat, []).append(item)
    found = []
    for cluster, members in parts.clusters.items():
        inside = [item for node in members for item in seated.get(node.name, ())]
        if members:
            found.append(Load(cluster, members, [*seated.get(cluster, ()), *inside], cluster=True))
    alone = [name for name in sorted(seated, key=natural) if name in nodes and nodes[name].cluster is None]
    machines = [Load(name, (nodes[name],), seated[name]) for name in alone]
    return [*found, *machines, *_groups(parts, oversized)]


def _groups(parts: Parts, oversized: Collection[str]) -> list[Load]:
    """Return the groups of machines that items without a place could choose from, with all who can go nowhere else."""
    nodes = parts.requirements.nodes
    homeless: set[tuple[str, ...]] = set()
    by_first: dict[str, list[Claim]] = {}
    for item in parts.claims:
        if item.targets and item.name not in oversized:
            by_first.setdefault(item.targets[0], []).append(item)
            if len(item.targets) > 1 and parts.refused(item) is not None:
                homeless.add(item.targets)
    found = []
    for group in sorted(homeless):
        inside = set(group)
        carried = [item for name in group for item in by_first.get(name, ()) if inside.issuperset(item.targets)]
        found.append(Load("", tuple(nodes[name] for name in group if name in nodes), carried))
    return found


def report_overcommitment(parts: Parts, loads: Iterable[Load], problems: Problems) -> set[str]:
    """K401-K403: report every load that is too much; return the items that an error has explained."""
    said: set[str] = set()
    for load in loads:
        for resource in RESOURCES:
            short = load.short(resource)
            if not short:
                continue
            how = mode(parts.spec, resource)
            hint = f"short by {shown(short, resource)}: {largest(load.items, resource)}"
            if resource == "storage" and load.cluster:
                hint += _storage_words(parts, load.name)
            by_policy(problems, how, CODES[resource], _message(parts, load, resource), _place(parts, load), hint)
            if how == "error":
                said.update(item.name for item in load.items)
    return said


def _message(parts: Parts, load: Load, resource: Resource) -> str:
    needed, given = load.needed(resource), load.given(resource) or 0
    if load.cluster:
        return _cluster_message(parts, load, resource, needed, given)
    need, give = shown(needed, resource), shown(given, resource)
    verb = "needs" if len(load.items) == 1 else "need"
    if load.name:
        less = _less(parts, load, resource, given)
        where, words = f"'{load.name}'", WORDS[resource]
        return f"{words} on {where} is over-committed: {counted(load.items)} {verb} {need}, {give} can be given{less}"
    where = f"the {len(load.nodes)} nodes from '{load.nodes[0].name}' to '{load.nodes[-1].name}'"
    only = f"{counted(load.items)} that may run nowhere else"
    return f"{WORDS[resource]} on {where} is over-committed: {only} {verb} {need}, {give} can be given"


def _less(parts: Parts, load: Load, resource: Resource, given: int) -> str:
    """Say what is kept back: ``(32.0 GiB less 2.0 GiB for the host)``."""
    size, times = load.size(resource), factor(parts.spec, resource)
    reserve = sum(value(node.reserve, resource) for node in load.nodes)
    foreign = size * times - reserve - given
    kept = [f"{shown(reserve, resource)} for the host"] if reserve else []
    kept += [f"{shown(foreign, resource)} for other things"] if foreign > 0 else []
    whole = shown(size, resource) + (f" times {times}" if times > 1 else "")
    if kept:
        return f" ({whole} less {' and '.join(kept)})"
    return f" ({whole})" if times > 1 else ""


def _cluster_message(parts: Parts, load: Load, resource: Resource, needed: int, given: int) -> str:
    size, need = load.size(resource), shown(needed, resource)
    what = (
        f"volumes ask for {need}{_written(parts, load, needed)}"
        if resource == "storage"
        else f"services ask for {need}"
    )
    nodes = f"its {len(load.nodes)} nodes" if len(load.nodes) > 1 else "its only node"
    verb = "have" if len(load.nodes) > 1 else "has"
    start = f"{WORDS[resource]} of cluster '{load.name}' is over-committed: {what}, {nodes}"
    if needed > size >= given:
        return f"{start} {verb} {shown(size, resource)} in all ({needed / size:.1f} times)" if size else f"{start} none"
    return f"{start} can give {shown(given, resource)} of {shown(size, resource)}"


def _written(parts: Parts, load: Load, needed: int) -> str:
    """Say how much of the volumes the user wrote, when kits add others."""
    written = sum(
        volume.size or 0
        for item in load.items
        if (service := parts.spec.stack.services.get(item.owner)) is not None
        for volume in service.storage.values()
        if volume.path is None
    )
    return f" ({shown(written, 'storage')} in the spec, the rest from kits)" if written < needed else ""


def _storage_words(parts: Parts, cluster: str) -> str:
    storage = parts.spec.stack.clusters[cluster].storage
    if storage.engine == "openebs" and storage.mode in (None, "hostpath"):
        return "; openebs hostpath enforces no size, a full disk stops every service on its node"
    if storage.engine == "local-path":
        return "; local-path enforces no size, a full disk stops every service on its node"
    return ""


def _place(parts: Parts, load: Load) -> Place:
    if load.cluster:
        return parts.spec.key_place("clusters", load.name)
    if load.name:
        return parts.spec.key_place("nodes", load.name)
    homeless = next(item for item in load.items if parts.refused(item) is not None)
    return parts.item_place(homeless)
