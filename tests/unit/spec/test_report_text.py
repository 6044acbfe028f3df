"""A report for people: exact, aligned whatever the line holds, and harmless to the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Related, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.formats import render
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.text import counts, report_lines
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.visible import cells, visible
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Source

FIXTURES = Path(__file__).parent / "fixtures" / "report"


def at(text: str, column: int = 1, width: int = 1, line: int = 1) -> Place:
    """Return a place in a line of its own."""
    return Place("x.yaml", line, column, width, text)


def broken() -> list[Problem]:
    """Return the problems of the example that the language is described with."""
    source = Source("broken.yaml", (FIXTURES / "broken.yaml").read_text(encoding="utf-8"))
    place = source.place
    return [
        Problem("K503", "networks 'lan' 192.168.100.0/24 and 'iot' 192.168.100.128/25 overlap", place(5, 3, 3)),
        Problem(
            "K401",
            "memory on 'pve' is over-committed: 3 VMs need 40.0 GiB, 30.0 GiB can be given "
            "(32.0 GiB less 2.0 GiB for the host)",
            place(7, 3, 3),
            "short by 10.0 GiB: k8s-master-1 8.0 GiB, k8s-worker-1 16.0 GiB, k8s-worker-2 16.0 GiB",
        ),
        Problem(
            "K501",
            "address 192.168.100.10 is used by both 'k8s-master-1' and 'k8s-worker-1'",
            place(9, 59, 19),
            "next free address in its network: 192.168.100.3",
            (Related("first used here", place(8, 55, 14)),),
        ),
        Problem("K202", "unknown section 'servces'", place(12, 1, 7), "did you mean 'services'?"),
        Problem(
            "K601",
            "services need each other in a circle: vault -> consul -> vault",
            place(15, 28, 6),
            'remove one of these needs; a link that is only wanted at run time belongs under "uses"',
            (Related("consul needs vault", place(16, 20, 5)),),
        ),
        Problem(
            "K102",
            "key 'nextcloud' appears twice in services",
            place(22, 3, 9),
            "remove one of them; YAML would silently keep the last",
            (Related("first here", place(18, 3, 9)),),
        ),
    ]


def test_the_report_looks_as_described() -> None:
    assert render(broken(), "text") + "\n" == (FIXTURES / "broken.txt").read_text(encoding="utf-8")


def test_colours_change_nothing_but_colours() -> None:
    coloured = render(broken(), "text", color=True)
    assert "\x1b[1;31merror K503\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(broken(), "text")


def test_no_colour_unless_asked() -> None:
    assert "\x1b" not in render(broken(), "text")


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], "0 errors, 0 warnings"),
        ([Severity.ERROR], "1 error, 0 warnings"),
        ([Severity.ERROR, Severity.WARNING, Severity.WARNING], "1 error, 2 warnings"),
        ([Severity.NOTE], "0 errors, 0 warnings, 1 note"),
        ([Severity.NOTE, Severity.NOTE, Severity.WARNING], "0 errors, 1 warning, 2 notes"),
    ],
)
def test_the_last_line_counts(severities: list[Severity], expected: str) -> None:
    problems = [Problem("K710", "m", at("a"), severity=severity) for severity in severities]
    assert counts(problems) == expected
    assert render(problems, "text").endswith(expected)


def test_a_problem_of_the_whole_file_has_no_source_line() -> None:
    problem = Problem("K101", "the file does not exist", Place("x.yaml"), "check the path")
    assert report_lines([problem]) == ["x.yaml:1:1: error K101 the file does not exist", "       = check the path"]


def test_a_hint_of_several_lines_stays_in_its_column() -> None:
    problem = Problem("K405", "cannot be placed", at("  a: b", 3), "mini: too little memory\nnas: wrong site")
    assert report_lines([problem])[2:] == [
        "       |   ^ mini: too little memory",
        "       |     nas: wrong site",
    ]


def test_line_numbers_of_large_files_stay_aligned() -> None:
    problem = Problem("K101", "m", at("a: b", 1, line=123456))
    assert report_lines([problem])[1:] == ["123456 | a: b", "       | ^"]


@pytest.mark.parametrize(
    ("text", "column", "width", "shown", "carets"),
    [
        ("größe: x", 8, 1, "größe: x", "       ^"),
        ("大阪: x", 5, 1, "大阪: x", "      ^"),
        ("大阪: x", 1, 2, "大阪: x", "^^^^"),
        ("🚀: x", 4, 1, "🚀: x", "    ^"),
        ("a\u0308o\u0308: x", 7, 1, "a\u0308o\u0308: x", "    ^"),
        ("\tnas: x", 1, 1, "\\tnas: x", "^^"),
        ("\tnas: x", 2, 3, "\\tnas: x", "  ^^^"),
        ("a\u202eb: x", 5, 1, "a\\u202eb: x", "         ^"),
        ("\x1b[31ma: x", 9, 1, "\\x1b[31ma: x", "           ^"),
        ("a\u200bb: x", 3, 1, "a\\u200bb: x", "       ^"),
        ("\ufffd: x", 1, 1, "\ufffd: x", "^"),
    ],
    ids=[
        "latin",
        "wide",
        "wide-place",
        "emoji",
        "combining",
        "tab",
        "after-tab",
        "bidi",
        "escape",
        "zero-width",
        "fffd",
    ],
)
def test_carets_stand_below_their_place(text: str, column: int, width: int, shown: str, carets: str) -> None:
    lines = report_lines([Problem("K101", "m", at(text, column, width))])
    assert lines[1:] == [f"     1 | {shown}", f"       | {carets}"]


def test_a_place_behind_the_end_of_a_line() -> None:
    assert report_lines([Problem("K205", "m", at("a:", 3))])[1:] == ["     1 | a:", "       |   ^"]


@pytest.mark.parametrize("column", [1, 60, 119, 121, 500, 9_990, 10_001])
def test_a_long_line_is_cut_around_its_place(column: int) -> None:
    line = "".join(chr(0x4E00 + number % 1000) if number % 10 == 0 else "x" for number in range(10_000))
    lines = report_lines([Problem("K101", "m", at(line, column, 3))])
    shown, carets = lines[1].removeprefix("     1 | "), lines[2].removeprefix("       | ")
    assert len(shown) <= 122
    before = shown[: len(shown)]
    below = cells(carets) - cells(carets.lstrip())
    while cells(before) > below:
        before = before[:-1]
    assert cells(before) == below
    assert shown[len(before) : len(before) + 3].rstrip("…") == line[column - 1 : column + 2]


def test_a_long_related_line_is_cut() -> None:
    related = Related("first here", at("  " + "x" * 1000))
    [_head, _source, _carets, last] = report_lines([Problem("K102", "m", at("a"), related=(related,))])
    assert last == f"       = first here: x.yaml:1:1   {'x' * 120}…"


def test_nothing_that_a_user_typed_reaches_the_terminal_raw() -> None:
    evil = "a\x1b]0;owned\x07\r\nfake.yaml:1:1: error\u2066\x9b31m\udcff"
    place = Place(f"{evil}.yaml", 1, 1, 1, evil)
    report = render([Problem("K101", evil, place, evil.replace("\n", ""), (Related(evil, place),))], "text")
    assert all(character.isprintable() for line in report.split("\n") for character in line)
    assert len(report.split("\n")) == 5
    assert not any(line.startswith("fake.yaml") for line in report.split("\n"))


def test_piles_of_combining_marks_are_cut() -> None:
    assert visible("a" + "\u0301" * 50).count("\u0301") == 2


@pytest.mark.parametrize("text", ["plain", "größe", "大阪", "🚀"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="'xml' is not a format of reports: write text, json, sarif, github"):
        render([], "xml")
