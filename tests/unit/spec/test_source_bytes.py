"""Any bytes are read as text, or refused with their place; what is wrong is replaced and the rest is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import parse, read_source


def read(content: bytes, tmp_path: Path) -> tuple[list[str], object]:
    """Return the problems of a file with these bytes, and what was read."""
    (tmp_path / "spec.yaml").write_bytes(content)
    problems = Problems()
    reading = read_source(tmp_path / "spec.yaml", problems, name="x")
    return [str(problem) for problem in problems], reading.root.plain() if reading.root else None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_named(encoding: str, tmp_path: Path) -> None:
    expected = "x:1:1: error K101 the file is UTF-16 or UTF-32 (save it as UTF-8)"
    assert read("name: home\n".encode(encoding), tmp_path) == ([expected], None)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    expected = "x:1:1: error K101 the file is binary, not text (name a YAML file)"
    assert read(b"\x7fELF\x02\x01\x01\0\0\0\0", tmp_path) == ([expected], None)


def test_a_byte_order_mark_does_not_shift_places(tmp_path: Path) -> None:
    found, tree = read(b"\xef\xbb\xbfname: home\nname: away\n", tmp_path)
    assert found == [
        "x:2:1: error K102 key 'name' appears twice (remove one of them; YAML would silently keep the last)"
    ]
    assert tree == {"name": "home"}


def test_latin_1_is_reported_once_and_the_rest_is_read(tmp_path: Path) -> None:
    found, tree = read("a: 1 # für\nnote: Grüße\nnote: x\n".encode("latin-1"), tmp_path)
    assert found == [
        "x:1:9: error K101 byte 0xfc is not UTF-8 (and 2 more) (save the file as UTF-8)",
        "x:3:1: error K102 key 'note' appears twice (remove one of them; YAML would silently keep the last)",
    ]
    assert tree == {"a": 1, "note": "Gr  e"}


def test_the_source_line_of_latin_1_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_bytes("note: Grüße\n".encode("latin-1"))
    problems = Problems()
    read_source(tmp_path / "spec.yaml", problems)
    assert [problem.place.text for problem in problems] == ["note: Grüße"]


@pytest.mark.parametrize(
    ("character", "message"),
    [
        ("\x07", "control character U+0007 in the text"),
        ("\x1b", "control character U+001B in the text"),
        ("\x9b", "control character U+009B in the text"),
        ("\uffff", "control character U+FFFF in the text"),
        ("\ufeff", "an invisible byte order mark (U+FEFF) inside the text"),
        ("\x85", "U+0085 is an invisible line break"),
        ("\u2028", "U+2028 is an invisible line break"),
        ("\u2029", "U+2029 is an invisible line break"),
    ],
)
def test_characters_that_cannot_be_seen_are_reported(character: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_bytes(f"a: 1\nnote: x{character}y\nb: 2\n".encode())
    problems = Problems()
    reading = read_source(tmp_path / "spec.yaml", problems)
    assert [(problem.message, problem.place.line, problem.place.column) for problem in problems] == [(message, 2, 8)]
    assert reading.root is not None
    assert reading.root.plain() == {"a": 1, "note": "x y", "b": 2}


def test_half_characters_in_a_text_from_the_command_line_are_reported() -> None:
    problems = Problems()
    reading = parse("a: \udcff\nb: \ud800\n", problems, name="--set")
    assert [problem.message for problem in problems] == [
        "byte 0xff is not UTF-8",
        "control character U+D800 in the text",
    ]
    assert reading.root is not None


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_line_breaks_of_every_system_count_the_same(line_break: str, tmp_path: Path) -> None:
    content = line_break.join(["name: home", "nodes:", "  nas: {address: 1}", "  nas: 2", "x: |", "  a", "  b", ""])
    found, tree = read(content.encode(), tmp_path)
    assert [line.split()[0] for line in found] == ["x:4:3:"]
    assert tree == {"name": "home", "nodes": {"nas": {"address": 1}}, "x": "a\nb\n"}


def test_characters_outside_of_ascii_count_as_one_column(tmp_path: Path) -> None:
    found, _tree = read("a: {größe: 1, 大: 2, 🚀: 3, 🚀: 4}\n".encode(), tmp_path)
    assert [line.split()[0] for line in found] == ["x:1:27:"]
