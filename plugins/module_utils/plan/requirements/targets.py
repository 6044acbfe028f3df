# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a service may run, and how many instances of it there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import InstanceNeed, NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import Service
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope

GONE = frozenset({"absent"})


@dataclass(frozen=True)
class Where:
    """Either a cluster, or the machines that come into question; ``unknown`` when ``runs_on`` means nothing.

    Machines that ``not_on`` refuses stay among them, so that an explanation can say who refused them.
    """

    cluster: str | None = None
    nodes: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    unknown: bool = False


def where(service: Service, kit: Kit | None, scope: Scope, nodes: Mapping[str, NodeNeed]) -> Where:
    """Return the target of a service: what ``runs_on`` says, else what the stack has that the kit supports."""
    refused = frozenset(scope.chosen(service.not_on)) if service.not_on else frozenset()
    if service.runs_on:
        return _named(service.runs_on, scope, refused)
    if service.each == "node":
        return Where(nodes=tuple(name for name, node in nodes.items() if node.state not in GONE), refused=refused)
    hosts = tuple(name for name, node in nodes.items() if node.docker and node.state not in GONE)
    compose = kit is None or kit.supports("compose")
    clusters = list(scope.stack.clusters)
    if len(clusters) == 1 and (not hosts or not compose):
        return Where(cluster=clusters[0])
    return Where(nodes=hosts, refused=refused)


def _named(terms: tuple[str, ...], scope: Scope, refused: frozenset[str]) -> Where:
    cluster = _cluster_meant(terms, scope)
    if cluster is not None:
        return Where(cluster=cluster)
    found = scope.chosen(terms)
    return Where(nodes=found, refused=refused, unknown=not found)


def _cluster_meant(terms: tuple[str, ...], scope: Scope) -> str | None:
    if len(terms) != 1:
        return None
    name = terms[0].removeprefix("cluster:")
    return name if name in scope.stack.clusters and name not in scope.stack.nodes else None


def instances(name: str, service: Service, place: Where, nodes: Mapping[str, NodeNeed]) -> tuple[InstanceNeed, ...]:
    """Return the instances of a service: one, ``replicas``, or one for each node or site."""
    if place.unknown:
        return ()
    if place.cluster is not None:
        return _numbered(name, service.replicas, (place.cluster,), place.refused)
    if service.each in ("node", "host"):
        hosts = [node for node in place.nodes if node not in place.refused]
        hosts = [node for node in hosts if service.each == "node" or nodes[node].docker]
        chosen = [node for node in hosts if _in_sites(nodes[node].site, service.sites)]
        return tuple(
            InstanceNeed(name=f"{name}/{node}", targets=(node,), pinned=True, site=nodes[node].site) for node in chosen
        )
    if service.each == "site":
        return _per_site(name, service, place, nodes)
    return _numbered(name, service.replicas, place.nodes, place.refused)


def _numbered(name: str, replicas: int, targets: tuple[str, ...], refused: frozenset[str]) -> tuple[InstanceNeed, ...]:
    pinned = _one_left(targets, refused)
    if replicas == 1:
        return (InstanceNeed(name=name, targets=targets, pinned=pinned),)
    return tuple(
        InstanceNeed(name=f"{name}/{number}", targets=targets, pinned=pinned) for number in range(1, replicas + 1)
    )


def _one_left(targets: Iterable[str], refused: frozenset[str]) -> bool:
    return sum(1 for target in targets if target not in refused) == 1


def _per_site(name: str, service: Service, place: Where, nodes: Mapping[str, NodeNeed]) -> tuple[InstanceNeed, ...]:
    by_site: dict[str, list[str]] = {}
    for node in place.nodes:
        site = nodes[node].site
        if site is not None and _in_sites(site, service.sites):
            by_site.setdefault(site, []).append(node)
    return tuple(
        InstanceNeed(name=f"{name}/{site}", targets=tuple(found), pinned=_one_left(found, place.refused), site=site)
        for site, found in sorted(by_site.items(), key=lambda pair: natural(pair[0]))
    )


def _in_sites(site: str | None, wanted: tuple[str, ...]) -> bool:
    """Tell whether a site is one of those that a service names; naming none means all."""
    if not wanted:
        return True
    return site is not None and any(fnmatchcase(site, term.removeprefix("site:")) for term in wanted)
