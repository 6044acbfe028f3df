# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K602: a service needs something at a site that it cannot reach, because no link joins the two."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Edge, ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope

ANYWHERE = ""
"""The region of what has no site, or can be reached from everywhere."""

Regions = dict[str, frozenset[str]]


def check_reach(parts: Parts, problems: Problems) -> None:
    """K602: for every edge, each instance reaches at least one instance of what it needs."""
    if not parts.spec.stack.sites:
        return
    region = _regions(parts)
    services = parts.requirements.services
    where = {name: _places(parts, service, region) for name, service in services.items()}
    for edge in parts.requirements.edges:
        theirs = frozenset[str]().union(*where.get(edge.needs, {}).values())
        if not theirs or ANYWHERE in theirs or _public(parts, edge.needs):
            continue
        mine = where.get(edge.service, {})
        lost = [name for name, own in mine.items() if own and not own & {*theirs, ANYWHERE}]
        if lost:
            _report(parts, edge, lost, problems)


def _regions(parts: Parts) -> dict[str, str]:
    """Return the region of every site: sites that links join, directly or through others, are one region."""
    spec, scope = parts.spec, Scope(parts.spec.stack)
    region = {site: site for site in spec.stack.sites}
    for link in spec.stack.links.values():
        members = scope.chosen(link.members)
        nodes = {*members, *link.addresses, *([link.server] if link.server else [])}
        joined = {_site(parts, name) or ANYWHERE for name in nodes}
        merged = {region[site] for site in joined if site in region}
        if merged:
            one = min(merged)
            region = {site: one if name in merged else name for site, name in region.items()}
    return region


def _site(parts: Parts, node: str) -> str | None:
    need = parts.requirements.nodes.get(node)
    return need.site if need is not None else None


def _places(parts: Parts, service: ServiceNeed, region: Mapping[str, str]) -> Regions:
    """Return per instance the regions in which it is, or could be."""
    found = {}
    for instance in service.instances:
        seat = parts.placed.get(instance.name)
        targets: Iterable[str] = (seat,) if seat is not None else instance.targets
        nodes = [node for target in targets for node in _nodes(parts, target)]
        found[instance.name] = frozenset(region.get(_site(parts, node) or "", ANYWHERE) for node in nodes)
    return found


def _nodes(parts: Parts, target: str) -> list[str]:
    return [node.name for node in parts.clusters[target]] if target in parts.clusters else [target]


def _public(parts: Parts, service: str) -> bool:
    """Tell whether a service can be reached over the internet: it is exposed, or stands on a public machine."""
    declared = parts.spec.stack.services.get(service)
    if declared is not None and any(one.public for one in declared.expose):
        return True
    nodes = parts.requirements.nodes
    seats = [parts.placed.get(one.name, "") for one in parts.requirements.services[service].instances]
    return any(seat in nodes and nodes[seat].public for seat in seats)


def _report(parts: Parts, edge: Edge, lost: list[str], problems: Problems) -> None:
    mine, theirs = (_sites(parts, name, lost if name == edge.service else None) for name in (edge.service, edge.needs))
    here, there = mine[0] if mine else "?", theirs[0] if theirs else "?"
    more = f" and {len(mine) - 1} more" if len(mine) > 1 else ""
    message = f"service '{edge.service}' at site '{here}'{more} {edge.kind} '{edge.needs}' at site '{there}'"
    members = ", ".join(f'"site:{site}"' for site in (here, there))
    hint = f"add under links: {here}-{there}: {{cidr: {_free_network(parts)}, members: [{members}]}}"
    problems.error("K602", f"{message}, but no link joins them", _place(parts, edge), hint)


def _sites(parts: Parts, service: str, instances: list[str] | None) -> list[str]:
    found: set[str] = set()
    for one in parts.requirements.services[service].instances:
        if instances is None or one.name in instances:
            targets = (parts.placed[one.name],) if one.name in parts.placed else one.targets
            nodes = (node for target in targets for node in _nodes(parts, target))
            found.update(site for node in nodes if (site := _site(parts, node)))
    return sorted(found, key=natural)


def _place(parts: Parts, edge: Edge) -> Place:
    declared = parts.spec.stack.services.get(edge.service)
    for key in ("needs", "uses"):
        names = getattr(declared, key, ())
        if edge.needs in names:
            return parts.service_place(edge.service, key, names.index(edge.needs))
    return parts.service_place(edge.service)


def _free_network(parts: Parts) -> str:
    """Return a network for a new link that overlaps nothing that is declared."""
    stack = parts.spec.stack
    declared = [one.cidr for one in stack.networks.values()] + [one.cidr for one in stack.links.values()]
    used = [ipaddress.ip_network(cidr) for cidr in declared]
    for number in range(99, 255):
        net = ipaddress.ip_network(f"10.{number}.0.0/24")
        if not any(one.version == net.version and one.overlaps(net) for one in used):
            return str(net)
    return "a network that is free"
