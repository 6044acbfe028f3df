# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stack as one Markdown page: what runs where, how it is reached, and what comes after what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    Instance,
    Unified,
    UnifiedNode,
    UnifiedService,
)
from ansible_collections.kombify.stack.plugins.module_utils.render.docs.markdown import (
    NOTHING,
    code,
    fenced,
    plain,
    section,
    table,
)
from ansible_collections.kombify.stack.plugins.module_utils.render.docs.picture import machines
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.mermaid import mermaid
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import graph_of
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import format_cpu, human_size

MOST_ROWS = 200
"""More machines than this are counted instead of listed."""

PLACES_SHOWN = 3


def markdown(unified: Unified) -> str:
    """Return the page. It holds references to secrets, never their values."""
    lines = [
        f"# {plain(unified.stack)}",
        "",
        f"{_summary(unified)} {_origin(unified)}",
        "",
        *section("Machines", _machines(unified)),
        *section("Networks", _networks(unified)),
        *section("Links", _links(unified)),
        *section("Clusters", _clusters(unified)),
        *section("Services", _services(unified)),
        *section("Order", _order(unified)),
        *section("Databases", _databases(unified)),
        *section("Backups", _backups(unified)),
        *section("Not checked", [f"- {code(item)}" for item in unified.unchecked]),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(unified: Unified) -> str:
    counts = {"node": len(unified.nodes), "cluster": len(unified.clusters), "service": len(unified.services)}
    parts = [f"{number} {word}{'' if number == 1 else 's'}" for word, number in counts.items() if number]
    domain = f" in the domain {code(unified.domain)}" if unified.domain else ""
    return f"{', '.join(parts) or 'An empty stack'}{domain}."


def _origin(unified: Unified) -> str:
    digest = unified.spec_digest[:12]
    return f"Written by `kombify docs` from the spec with the hash `{digest}`; change the spec, not this page."


def _machines(unified: Unified) -> Iterator[str]:
    picture = machines(unified)
    if picture:
        yield from fenced("mermaid", picture)
    nodes = sorted(unified.nodes.values(), key=lambda node: natural(node.name))
    if len(nodes) > MOST_ROWS:
        counted = Counter((node.site or "", node.type) for node in nodes)
        in_order = sorted(counted, key=lambda key: (natural(key[0]), key[1]))
        yield from table(
            ("Site", "Type", "Machines"),
            ((plain(site), plain(kind), str(counted[site, kind])) for site, kind in in_order),
        )
    elif nodes:
        headers = ("Node", "Type", "Address", "Site", "CPU", "Memory", "Disk", "On", "State")
        yield from table(headers, map(_machine, nodes))


def _machine(node: UnifiedNode) -> tuple[str, ...]:
    return (
        plain(node.name),
        plain(node.type),
        code(node.address or ""),
        plain(node.site),
        plain(format_cpu(node.cpu)) if node.cpu else NOTHING,
        human_size(node.memory) if node.memory else NOTHING,
        human_size(node.disk) if node.disk else NOTHING,
        plain(node.hypervisor or node.region),
        plain(node.state),
    )


def _networks(unified: Unified) -> list[str]:
    rows = [
        (plain(net.name), code(net.cidr), plain(net.site), plain(net.vlan), code(net.gateway or ""))
        for net in sorted(unified.networks.values(), key=lambda net: natural(net.name))[:MOST_ROWS]
    ]
    return table(("Network", "Subnet", "Site", "VLAN", "Gateway"), rows) if rows else []


def _links(unified: Unified) -> list[str]:
    rows = [
        (plain(link.name), plain(link.type), plain(link.server), code(link.cidr), str(len(link.members)))
        for link in unified.links.values()
    ]
    return table(("Link", "Type", "Server", "Subnet", "Members"), rows) if rows else []


def _clusters(unified: Unified) -> list[str]:
    rows = [
        (
            plain(cluster.name),
            f"Kubernetes {plain(cluster.version)}",
            _some(cluster.control_plane),
            _some(cluster.workers),
            plain(" ".join(str(cluster.cni[key]) for key in ("name", "version") if cluster.cni.get(key))),
            plain(" ".join(str(value) for value in cluster.storage.values() if isinstance(value, str))),
        )
        for cluster in unified.clusters.values()
    ]
    return table(("Cluster", "Version", "Control plane", "Workers", "Pod network", "Storage"), rows) if rows else []


def _services(unified: Unified) -> list[str]:
    rows = [
        (
            plain(service.name),
            plain(f"{service.kit or 'no kit'} {service.kit_version or ''}".strip()),
            _some(sorted({one.on for one in service.instances if one.on}, key=natural)) or "waits for facts",
            _reached(service),
            f"{human_size(service.memory)}" if service.memory else NOTHING,
            human_size(sum(service.volumes.values())) if service.volumes else NOTHING,
            _some(service.backups),
        )
        for service in sorted(unified.services.values(), key=lambda service: natural(service.name))
    ]
    headers = ("Service", "Kit", "Runs on", "Reached at", "Memory", "Volumes", "Backups")
    return table(headers, rows) if rows else []


def _reached(service: UnifiedService) -> str:
    if service.urls:
        return " ".join(f"<{url}>" for url in service.urls)
    if service.host:
        return ", ".join(code(f"{service.host}:{port}") for port in dict.fromkeys(service.ports.values()))
    return _some([f"{one.on}:{port}" for one in service.instances for port in _ports(one)], code)


def _ports(instance: Instance) -> Iterable[int]:
    return dict.fromkeys(instance.ports.values()) if instance.on else ()


def _order(unified: Unified) -> list[str]:
    graph = graph_of(unified)
    if not graph.waves:
        return []
    words = (
        "Services of one wave may be deployed at the same time. An arrow points to the service that needs the other."
    )
    return [words, "", *fenced("mermaid", mermaid(graph))]


def _databases(unified: Unified) -> list[str]:
    rows = [
        (
            plain(database.name),
            plain(f"{database.engine} {database.version or ''}".strip()),
            code(f"{database.host}:{database.port}"),
            plain(tenant.database),
            plain(tenant.service),
            code(tenant.password),
        )
        for database in unified.databases.values()
        for tenant in database.tenants
    ]
    return table(("Instance", "Engine", "Reached at", "Database", "Of", "Password"), rows) if rows else []


def _backups(unified: Unified) -> list[str]:
    rows = [
        (
            plain(job.name),
            plain(job.engine),
            code(job.cron),
            _some(job.of),
            plain(", ".join(f"{number} {unit}" for unit, number in job.keep.items())),
            plain(job.target),
        )
        for job in unified.backups.values()
    ]
    return table(("Policy", "Engine", "When", "Of", "Kept", "Target"), rows) if rows else []


def _some(names: Iterable[str], show: Callable[[str], str] = plain) -> str:
    """Return the first few names and how many more there are."""
    listed = list(names)
    shown = [show(name) for name in listed[:PLACES_SHOWN]]
    more = len(listed) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
