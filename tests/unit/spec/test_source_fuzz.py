"""Whatever is read, the answer is a tree, problems, or both, and every place lies inside the file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.formats import FORMATS, render
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import parse, read_source
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, Node, Scalar, Sequence

INVENTORIES = Path(__file__).parents[3] / "inventories"
EXAMPLES = [(INVENTORIES / name / "kombination.yaml").read_text("utf-8") for name in ("home", "platform", "fleet")]
PIECES = [
    *"{}[]:,-'\"#*&!|>?%@`\\\t\n\r\0\x07\x85\u2028\ufeff\ud800~ü🚀",
    *(": ", ", ", "- ", "  ", " #", "? ", "<<: ", "*a", "&a ", "---\n", "...\n", "\r\n", "no", "1:30", "null"),
    *("${x}", "{1}", "{1:02}", "[1:3]", "{{ x }}", "!vault ", "!!str ", '"\\ud800"', '"\\0"', "\\d", "a: b: c"),
    *("<<<<<<< HEAD\n", "=======\n", ">>>>>>> x\n", "%YAML 1.2\n", "x" * 1100),
]
# The same cases in every run: a test that fails now and then teaches nothing.
FUZZ = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def check_reading(text: str, problems: Problems, root: Node | None, complete: bool) -> None:
    """Assert what must hold for any reading of a text."""
    lines = re.split("\r\n|[\r\n]", text.removeprefix("\ufeff"))
    assert complete or len(problems) > 0
    for problem in problems:
        assert problem.code
        assert problem.message
        for place in (problem.place, *(related.place for related in problem.related)):
            check_place(place, lines)
    for node in nodes(root):
        check_place(node.place, lines)
    for form in FORMATS:
        assert render(problems, form, color=True).encode() or not len(problems)


def check_place(place: Place, lines: list[str]) -> None:
    """Assert that a place is inside a text, or right behind the end of a line."""
    assert 1 <= place.line <= len(lines)
    assert 1 <= place.column <= len(lines[place.line - 1]) + 1
    assert place.column + place.width <= len(lines[place.line - 1]) + 2


def nodes(node: Node | None) -> list[Node]:
    """Return all nodes of a tree, keys too."""
    if isinstance(node, Mapping):
        return [node, *(below for key, value in node.entries.values() for below in (key, *nodes(value)))]
    if isinstance(node, Sequence):
        return [node, *(below for item in node.items for below in nodes(item))]
    return [node] if isinstance(node, Scalar) else []


@st.composite
def damaged_specs(draw: st.DrawFn) -> str:
    """A part of an example in which a few things went wrong."""
    lines = draw(st.sampled_from(EXAMPLES)).split("\n")
    first = draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[first : first + draw(st.integers(1, 25))])
    for _number in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 4))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[end:]
    return text


@FUZZ
@given(content=st.binary(max_size=400))
def test_random_bytes(content: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(content)
    problems = Problems()
    reading = read_source(path, problems)
    assert reading.complete or len(problems) > 0
    assert all(problem.message and problem.hint for problem in problems)


@FUZZ
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
def test_random_pieces_of_yaml(pieces: list[str], loader: Any) -> None:
    text, problems = "".join(pieces), Problems()
    reading = parse(text, problems, name="x", loader=loader)
    check_reading(text, problems, reading.root, reading.complete)


@FUZZ
@given(text=damaged_specs())
def test_damaged_examples(text: str, loader: Any) -> None:
    problems = Problems()
    reading = parse(text, problems, name="x", loader=loader)
    check_reading(text, problems, reading.root, reading.complete)


def test_the_examples_are_read_without_a_problem(loader: Any) -> None:
    for text in EXAMPLES:
        problems = Problems()
        reading = parse(text, problems, name="x", loader=loader)
        assert list(problems) == []
        assert reading.complete
