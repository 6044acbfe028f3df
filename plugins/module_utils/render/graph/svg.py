# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The graph as a drawing that needs nothing else: boxes in columns, arrows to the right, light and dark."""

from __future__ import annotations

from html import escape

from ansible_collections.kombify.stack.plugins.module_utils.render.graph.layout import BOX_HEIGHT, Layout, Spot, arrange
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import Graph

MARGIN = 24
HEAD = 64
FOOT = 34
STYLE = """\
  .paper { fill: #ffffff } .title { font: 600 16px sans-serif; fill: #1f2328 }
  .label, .foot { font: 12px sans-serif; fill: #59636e }
  .box { fill: #f2f7f2; stroke: #4a7c59 } .base { fill: #eef4fb; stroke: #3b6ea5 }
  .name { font: 12px sans-serif; fill: #1f2328 } .arrow { fill: none; stroke: #8b949e; stroke-width: 1.2 }
  .head { fill: #8b949e }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .title, .name { fill: #e6edf3 } .label, .foot { fill: #9198a1 }
    .box { fill: #12261a; stroke: #57ab5a } .base { fill: #121d2f; stroke: #539bf5 }
  }"""
ARROW_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
)


def svg(graph: Graph) -> str:
    """Return the drawing; every box carries what it needs as a tooltip."""
    layout = arrange(graph)
    right = layout.left[-1] + layout.width[-1] if layout.left else 0
    width, height = max(right + 2 * MARGIN, 480), layout.height + HEAD + FOOT
    drawn = sum(1 for source, target in layout.arrows if source[0] != target[0])
    foot = "An arrow points to the service that needs the one before it."
    if drawn < graph.edges:
        foot += f" {graph.edges - drawn} of {graph.edges} needs follow from others and are left out."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">',
        f"<title>{escape(graph.summary)}</title>",
        f"<style>\n{STYLE}\n</style>",
        ARROW_HEAD,
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
        f'<text class="title" x="{MARGIN}" y="26">{escape(graph.summary)}</text>',
        *(
            f'<text class="label" x="{_left(layout, number):.1f}" y="{HEAD - 14}">wave {number + 1}</text>'
            for number in range(len(graph.waves))
        ),
        *(_arrow(layout, source, target) for source, target in layout.arrows),
        *(_lane(layout, spot) for column in layout.columns for spot in column if spot[0] not in graph.waves[spot[1]]),
        *(_box(layout, graph, name, number) for number, wave in enumerate(graph.waves) for name in wave),
        f'<text class="foot" x="{MARGIN}" y="{height - 12:.0f}">{escape(foot)}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _left(layout: Layout, column: int) -> float:
    return MARGIN + layout.left[column]


def _right(layout: Layout, column: int) -> float:
    return _left(layout, column) + layout.width[column]


def _middle(layout: Layout, spot: Spot) -> float:
    return HEAD + layout.middle[spot]


def _arrow(layout: Layout, source: Spot, target: Spot) -> str:
    x1, y1 = _right(layout, source[1]), _middle(layout, source)
    x2, y2 = _left(layout, target[1]), _middle(layout, target)
    bend = (x1 + x2) / 2
    head = "" if source[0] == target[0] else ' marker-end="url(#head)"'
    curve = f"M{x1:.1f} {y1:.1f}C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return f'<path class="arrow" d="{curve}"{head}/>'


def _lane(layout: Layout, spot: Spot) -> str:
    y = _middle(layout, spot)
    return f'<path class="arrow" d="M{_left(layout, spot[1]):.1f} {y:.1f}H{_right(layout, spot[1]):.1f}"/>'


def _box(layout: Layout, graph: Graph, name: str, column: int) -> str:
    left, middle, width = _left(layout, column), _middle(layout, (name, column)), layout.width[column]
    needs = graph.needs[name]
    tip = f"{name} needs {', '.join(needs)}" if needs else f"{name} needs nothing"
    kind = "box base" if name in graph.base else "box"
    return (
        f"<g><title>{escape(tip)}</title>"
        f'<rect class="{kind}" x="{left:.1f}" y="{middle - BOX_HEIGHT / 2:.1f}" width="{width:.1f}"'
        f' height="{BOX_HEIGHT}" rx="5"/>'
        f'<text class="name" x="{left + 10:.1f}" y="{middle + 4:.1f}">{escape(name)}</text></g>'
    )
