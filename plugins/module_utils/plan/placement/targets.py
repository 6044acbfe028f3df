# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines and clusters as targets of placement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import NOTHING
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Amounts, Target
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed, Requirements
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec

NORMAL_SPEED = 1000


def machine_targets(
    nodes: Iterable[NodeNeed], spec: Spec, facts: Facts, hosts: Mapping[str, str] | None = None
) -> list[Target]:
    """Return machines as targets; ``hosts`` names the hypervisor under each VM."""
    reach = reachable_sites(spec)
    return [_machine(node, facts, reach, (hosts or {}).get(node.name, node.name)) for node in nodes]


def _machine(node: NodeNeed, facts: Facts, reach: Mapping[str, frozenset[str]], host: str) -> Target:
    found = facts.nodes.get(node.name)
    cores = node.size.cpu if node.size else 0
    return Target(
        name=node.name,
        kind="hypervisor" if node.type == "hypervisor" else "host",
        allocatable=amounts(node),
        capability=cores * _speed(node, found.speed if found else None) // NORMAL_SPEED,
        load=found.load if found else None,
        reliability=found.reliability if found else None,
        arch=node.arch,
        labels=frozenset({*node.labels, *(f"{key}={value}" for key, value in node.labels.items())}),
        devices=frozenset(node.devices),
        taints=frozenset(node.taints),
        state=node.state,
        site=node.site,
        rack=node.rack,
        host=host,
        reach=reach.get(node.site) if node.site else None,
        public=node.public,
    )


def _speed(node: NodeNeed, measured: int | None) -> int:
    """Return a core's speed in thousandths: the label ``speed`` such as 1.5, else what was measured."""
    whole, _dot, fraction = node.labels.get("speed", "").partition(".")
    if whole.isdigit() and (fraction or "0").isdigit():
        return int(whole) * NORMAL_SPEED + int(fraction.ljust(3, "0")[:3])
    return measured if measured is not None else NORMAL_SPEED


def amounts(node: NodeNeed) -> Amounts | None:
    """Return what may be promised of a machine."""
    one = node.allocatable
    return Amounts(one.memory, one.storage, one.cpu) if one is not None else None


def cluster_targets(spec: Spec, requirements: Requirements) -> list[Target]:
    """Return clusters as targets: the sum of the nodes that take workloads, and the largest of them."""
    return [_cluster(name, spec, requirements) for name in sorted(spec.stack.clusters)]


def _cluster(name: str, spec: Spec, requirements: Requirements) -> Target:
    members = workload_nodes(name, spec, requirements)
    known = [node.allocatable for node in members if node.allocatable is not None]
    total = sum(known, NOTHING)
    whole = Amounts(total.memory, total.storage, total.cpu) if known and len(known) == len(members) else None
    largest = Amounts(
        max((one.memory for one in known), default=0),
        max((one.storage for one in known), default=0),
        max((one.cpu for one in known), default=0),
    )
    sites = {node.site for node in members}
    return Target(
        name=name,
        kind="cluster",
        allocatable=whole,
        largest=largest if whole else None,
        capability=max((node.size.cpu for node in members if node.size), default=0),
        site=next(iter(sites)) if len(sites) == 1 else None,
        public=spec.stack.clusters[name].ingress is not None,
    )


def workload_nodes(name: str, spec: Spec, requirements: Requirements) -> list[NodeNeed]:
    """Return the nodes of a cluster that take workloads."""
    cluster = spec.stack.clusters[name]
    return [
        node
        for node in requirements.nodes.values()
        if node.cluster == name
        and node.state in ("present", "running")
        and ("worker" in node.roles or cluster.schedule_on_control_plane)
    ]


def reachable_sites(spec: Spec) -> dict[str, frozenset[str]]:
    """Return for each site the sites that it can reach: its own, and all that a common link joins."""
    reach = {name: {name} for name in spec.stack.sites}
    for link in spec.stack.links.values():
        terms = [term.removeprefix("site:") for term in link.members if term.startswith("site:")]
        members = {spec.stack.nodes[name].site for name in link.addresses if name in spec.stack.nodes}
        joined = {site for site in (*terms, *members) if site in reach}
        for site in joined:
            reach[site] |= joined
    return {name: frozenset(sites) for name, sites in reach.items()}
