# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K503, K509: networks that overlap, VLAN numbers given out twice."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Path


@dataclass(frozen=True)
class Area:
    """A stretch of addresses and whose it is; stretches of two clusters may be the same."""

    kind: str
    name: str
    cidr: str
    version: int
    first: int
    last: int
    path: Path
    cluster: str | None = None

    def place(self, spec: Spec) -> Place:
        """Where it was declared: the key of a section, the value of a cluster."""
        return spec.key_place(*self.path)


def check_overlaps(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K503: sort by beginning, then every area can only collide with the one that reaches furthest so far."""
    areas = list(_areas(spec))
    order = {id(area): index for index, area in enumerate(areas)}
    for version in (4, 6):
        shared = [area for area in areas if area.version == version]
        clusters = {area.cluster for area in shared if area.cluster}
        _sweep(spec, problems, [area for area in shared if area.cluster is None], order)
        for name in sorted(clusters):
            _sweep(spec, problems, [area for area in shared if area.cluster in (None, name)], order, cluster=name)


def _sweep(
    spec: Spec, problems: Problems, areas: list[Area], order: dict[int, int], cluster: str | None = None
) -> None:
    widest: Area | None = None
    for area in sorted(areas, key=lambda one: (one.first, -one.last, order[id(one)])):
        if widest is not None and area.first <= widest.last:
            first, second = sorted((widest, area), key=lambda one: order[id(one)])
            if cluster in (first.cluster, second.cluster):
                _overlap(spec, problems, first, second)
        if widest is None or area.last > widest.last:
            widest = area


def _overlap(spec: Spec, problems: Problems, first: Area, second: Area) -> None:
    place = second.place(spec)
    if problems.repeats("K503", place):
        return
    if first.kind == second.kind == "network":
        message = f"networks '{first.name}' {first.cidr} and '{second.name}' {second.cidr} overlap"
    else:
        message = f"{first.kind} '{first.name}' {first.cidr} and {second.kind} '{second.name}' {second.cidr} overlap"
    related = [Related("the other one", first.place(spec))]
    problems.error("K503", message, place, "move one of them, or make it smaller", related)


def _areas(spec: Spec) -> Iterator[Area]:
    stack = spec.stack
    for name, network in stack.networks.items():
        yield _area("network", name, network.cidr, ("networks", name))
    for name, link in stack.links.items():
        yield _area("link", name, link.cidr, ("links", name))
    for name, cluster in stack.clusters.items():
        yield _area("pods of cluster", name, cluster.pod_cidr, ("clusters", name, "pod_cidr"), name)
        yield _area("services of cluster", name, cluster.service_cidr, ("clusters", name, "service_cidr"), name)


def _area(kind: str, name: str, cidr: str, path: Path, cluster: str | None = None) -> Area:
    net = ipaddress.ip_network(cidr)
    first, last = int(net.network_address), int(net.broadcast_address)
    return Area(kind, name, cidr, net.version, first, last, path, cluster)


def check_vlans(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K509: within a site one number means one network."""
    seen: dict[tuple[str | None, int], str] = {}
    for name, network in spec.stack.networks.items():
        if network.vlan is None:
            continue
        other = seen.setdefault((network.site, network.vlan), name)
        if spec.stack.networks[other].cidr != network.cidr:
            message = f"VLAN {network.vlan} is used by both '{other}' and '{name}'"
            place = spec.place("networks", name, "vlan")
            if not problems.repeats("K509", place):
                first = Related("first used here", spec.place("networks", other, "vlan"))
                problems.warning("K509", message, place, "choose another number for one of them", [first])
