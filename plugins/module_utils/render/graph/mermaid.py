# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The graph as Mermaid, which code forges draw inside Markdown."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import Graph, reduced


def mermaid(graph: Graph) -> str:
    """Return a flowchart from left to right; an arrow goes from a service to one that needs it."""
    lines = ["flowchart LR"]
    for number, wave in enumerate(graph.waves, start=1):
        lines.append(f'  subgraph wave{number}["wave {number}"]')
        lines += [f'    {_id(name)}["{name}"]' for name in wave]
        lines.append("  end")
    for name, needs in reduced(graph).items():
        lines += [f"  {_id(need)} --> {_id(name)}" for need in needs]
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    """Return an identifier: Mermaid has words of its own, such as ``end``."""
    return f"s_{name.replace('-', '_')}"
