"""The graph in the form that was asked for."""

from __future__ import annotations

import json

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.mermaid import mermaid
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.svg import svg
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.text import text
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import Graph, graph_of


def _data(graph: Graph) -> str:
    return json.dumps({"waves": graph.waves, "needs": graph.needs}, indent=2)


def drawn(unified: Unified, form: str) -> str:
    """Return the graph as ``text``, ``mermaid``, ``svg`` or ``json``."""
    draw = {"text": text, "mermaid": mermaid, "svg": svg, "json": _data}[form]
    return draw(graph_of(unified))
