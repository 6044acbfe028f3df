# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of a stack's machines: sites, hypervisors with their VMs, links between them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedNode
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

MOST_NODES = 60
"""A picture with more boxes than this cannot be read (and code forges refuse to draw it)."""

SERVICES_SHOWN = 4


def machines(unified: Unified) -> str | None:
    """Return the picture as Mermaid, or None when there are too many machines for one."""
    if not unified.nodes or len(unified.nodes) > MOST_NODES:
        return None
    lines = ["flowchart TB"]
    sites = {node.site for node in unified.nodes.values()}
    for site in sorted(sites, key=lambda name: natural(name or "")):
        nodes = [node for _name, node in _in_order(unified) if node.site == site]
        if site is None:
            lines += _boxes(nodes, "  ")
        else:
            lines += [f'  subgraph site_{_id(site)}["{site}"]', *_boxes(nodes, "    "), "  end"]
    for link in unified.links.values():
        members = [name for name in sorted(link.members, key=natural) if name != link.server]
        if link.server in unified.nodes:
            lines += [f"  {_node(str(link.server))} -. {link.name} .- {_node(member)}" for member in members]
    return "\n".join(lines) + "\n"


def _in_order(unified: Unified) -> list[tuple[str, UnifiedNode]]:
    return sorted(unified.nodes.items(), key=lambda item: natural(item[0]))


def _boxes(nodes: list[UnifiedNode], indent: str) -> Iterator[str]:
    names = {node.name for node in nodes}
    for node in nodes:
        if node.hypervisor in names:
            continue
        vms = [vm for vm in nodes if vm.hypervisor == node.name]
        if not vms:
            yield f"{indent}{_box(node)}"
            continue
        yield f'{indent}subgraph {_node(node.name)}["{_label(node)}"]'
        yield from (f"{indent}  {_box(vm)}" for vm in vms)
        yield f"{indent}end"


def _box(node: UnifiedNode) -> str:
    return f'{_node(node.name)}["{_label(node)}"]'


def _label(node: UnifiedNode) -> str:
    lines = [node.name, node.address or ""]
    if node.cluster:
        lines.append(f"{node.cluster}: {', '.join(role.replace('_', ' ') for role in node.roles)}")
    shown = sorted(node.services, key=natural)[:SERVICES_SHOWN]
    if shown:
        more = len(node.services) - len(shown)
        lines.append(", ".join(shown) + (f" and {more} more" if more else ""))
    return "<br/>".join(line.replace('"', "#quot;") for line in lines if line)


def _node(name: str) -> str:
    return f"n_{_id(name)}"


def _id(name: str) -> str:
    return name.replace("-", "_")
