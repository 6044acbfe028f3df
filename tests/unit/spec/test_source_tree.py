"""Every value of a tree knows its place; anchors and merges are YAML's."""

from __future__ import annotations

from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import parse
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, Node, find, key_at


def read(text: str, loader: Any) -> Node:
    """Return the tree of a text without problems."""
    problems = Problems()
    reading = parse(text, problems, name="x", loader=loader)
    assert list(problems) == []
    assert reading.complete
    assert reading.root is not None
    return reading.root


def where(node: Node | None) -> tuple[int, int, int]:
    """Return line, column and width of a node."""
    assert node is not None
    return node.line, node.column, node.width


TEXT = """\
name: home   # a comment
nodes:
  nas: {address: 192.168.1.10, labels: {gpu: "yes"}}
  "mini":
    ports: [80, 443]
  empty:
  note: two
    lines
  block: |
    one
  quoted: 'two
    lines'
anchored: &a  value
listed:
- first
-   second
last: *a
"""


def test_scalars_stand_where_they_were_typed(loader: Any) -> None:
    root = read(TEXT, loader)
    assert where(find(root, ("name",))) == (1, 7, 4)
    assert where(find(root, ("nodes", "nas", "address"))) == (3, 18, 12)
    assert where(find(root, ("nodes", "nas", "labels", "gpu"))) == (3, 46, 5)
    assert where(find(root, ("nodes", "mini", "ports", 1))) == (5, 17, 3)
    assert where(find(root, ("anchored",))) == (13, 15, 5)
    assert where(find(root, ("listed", 1))) == (16, 5, 6)


def test_keys_stand_where_they_were_typed(loader: Any) -> None:
    root = read(TEXT, loader)
    assert where(key_at(root, ("nodes", "nas"))) == (3, 3, 3)
    assert where(key_at(root, ("nodes", "mini"))) == (4, 3, 6)


def test_nothing_stands_behind_its_colon(loader: Any) -> None:
    assert where(find(read(TEXT, loader), ("nodes", "empty"))) == (6, 9, 1)


def test_a_text_of_several_lines_is_shown_by_its_first(loader: Any) -> None:
    root = read(TEXT, loader)
    assert where(find(root, ("nodes", "note"))) == (7, 9, 3)
    assert where(find(root, ("nodes", "block"))) == (9, 10, 1)
    assert where(find(root, ("nodes", "quoted"))) == (11, 11, 4)


def test_a_map_in_brackets_is_shown_as_a_whole(loader: Any) -> None:
    root = read(TEXT, loader)
    assert where(find(root, ("nodes", "nas"))) == (3, 8, 45)
    assert where(find(root, ("nodes", "mini", "ports"))) == (5, 12, 9)


def test_an_alias_is_the_value_it_names(loader: Any) -> None:
    root = read(TEXT, loader)
    assert find(root, ("last",)) is find(root, ("anchored",))


def test_only_the_words_of_yaml_1_2_are_special(loader: Any) -> None:
    text = "a: true\nb: null\nc: ~\nd:\ne: 010x\nf: 10\ng: '10'\nh: 1.10\ni: |\n  true\nj: -3\nk: TRUE1\n"
    assert read(text, loader).plain() == {
        "a": True,
        "b": None,
        "c": None,
        "d": None,
        "e": "010x",
        "f": 10,
        "g": "10",
        "h": "1.10",
        "i": "true\n",
        "j": -3,
        "k": "TRUE1",
    }


def test_a_merge_adds_what_the_map_does_not_say(loader: Any) -> None:
    root = read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n", loader)
    assert isinstance(root, Mapping)
    assert find(root, ("c",)) is not None
    assert root.plain()["c"] == {"x": 3, "y": 1, "z": 2}


def test_a_merged_value_keeps_its_own_place(loader: Any) -> None:
    root = read("a: &a {x: 1}\nb:\n  <<: *a\n", loader)
    assert where(find(root, ("b", "x"))) == (1, 11, 1)


def test_a_quoted_merge_key_is_an_ordinary_key(loader: Any) -> None:
    assert read('a: {"<<": 1}\n', loader).plain() == {"a": {"<<": 1}}


def test_the_layer_is_kept_for_the_question_why() -> None:
    reading = parse("a: 1\n", Problems(), name="prod.yaml", layer="overlay prod.yaml")
    assert reading.root is not None
    assert (reading.root.source.name, reading.root.source.layer) == ("prod.yaml", "overlay prod.yaml")
