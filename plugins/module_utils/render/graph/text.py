# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The graph as text: a line a service."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import Graph


def text(graph: Graph) -> str:
    """Return the waves as lines, each service with everything it needs."""
    width = max((len(name) for wave in graph.waves for name in wave), default=0)
    lines = [graph.summary]
    for number, wave in enumerate(graph.waves, start=1):
        lines.append("")
        for position, name in enumerate(wave):
            label = f"wave {number}" if position == 0 else ""
            needs = ", ".join(graph.needs[name])
            lines.append(f"{label:<8}{name:<{width}}{'  <- ' + needs if needs else ''}".rstrip())
    return "\n".join(lines) + "\n"
