"""The graph in all its forms: nothing is lost, nothing overlaps, nothing breaks out."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.render.graph.layout import BOX_HEIGHT, LANE_HEIGHT, arrange
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.mermaid import mermaid
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.svg import svg
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.text import text
from ansible_collections.kombify.stack.plugins.module_utils.render.graph.waves import Graph, graph_of, reduced

LONG = Graph(
    "long",
    waves=(("a",), ("b", "end"), ("c",), ("d",)),
    needs={"a": (), "b": ("a",), "end": ("a",), "c": ("b", "a"), "d": ("a", "c", "end")},
    base=frozenset({"a"}),
)
EMPTY = Graph("empty", waves=(), needs={})


def test_needs_that_follow_from_others_are_left_out() -> None:
    assert reduced(LONG) == {"a": (), "b": ("a",), "end": ("a",), "c": ("b",), "d": ("c", "end")}


def test_text_has_a_line_a_service_with_all_its_needs() -> None:
    assert text(LONG).splitlines() == [
        "long: 5 services in 4 waves, 7 needs",
        "",
        "wave 1  a",
        "",
        "wave 2  b    <- a",
        "        end  <- a",
        "",
        "wave 3  c    <- b, a",
        "",
        "wave 4  d    <- a, c, end",
    ]


def test_mermaid_names_no_node_by_a_word_of_its_own() -> None:
    drawn = mermaid(LONG)
    assert '    s_end["end"]' in drawn
    assert "  s_end --> s_d" in drawn
    assert drawn.count(" --> ") == 5


def test_an_arrow_over_several_columns_has_a_lane_in_each() -> None:
    layout = arrange(LONG)
    assert ("end", 2) in layout.columns[2]
    assert (("end", 1), ("end", 2)) in layout.arrows
    assert (("end", 2), ("d", 3)) in layout.arrows


def test_nothing_overlaps_in_a_column() -> None:
    layout = arrange(LONG)
    for number, column in enumerate(layout.columns):
        heights = [BOX_HEIGHT if name in LONG.waves[number] else LANE_HEIGHT for name, _column in column]
        places = [layout.middle[spot] for spot in column]
        for upper, lower, above, below in zip(places, places[1:], heights, heights[1:], strict=False):
            assert lower - upper >= (above + below) / 2


@pytest.mark.parametrize("graph", [LONG, EMPTY], ids=lambda graph: graph.title)
def test_a_drawing_is_well_formed_and_has_a_box_a_service(graph: Graph) -> None:
    drawn = svg(graph)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(re.findall(r'<rect class="box', drawn)) == sum(len(wave) for wave in graph.waves)


def test_a_title_cannot_break_out_of_a_drawing() -> None:
    drawn = svg(Graph("<script>&", waves=(("a",),), needs={"a": ()}))
    assert "<script>" not in drawn
    ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing


def test_the_graph_of_a_plan_has_its_waves_and_needs(unified) -> None:
    plan = unified("platform", waves=[["traefik"], ["postgresql", "node-exporter"]])
    graph = graph_of(plan)
    assert graph.waves == (("traefik",), ("postgresql", "node-exporter"))
    assert graph.base == frozenset({"traefik", "postgresql"})


def test_the_same_graph_is_drawn_the_same() -> None:
    assert svg(LONG) == svg(LONG)
