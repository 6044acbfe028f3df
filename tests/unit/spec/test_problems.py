"""Problems are collected once a place, sorted by place, and stay small."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    MAX_EXCERPT,
    MAX_MESSAGE,
    Place,
    Problem,
    Problems,
    Related,
    Severity,
    did_you_mean,
    nearest,
)


def test_problems_come_in_the_order_of_the_file() -> None:
    problems = Problems()
    problems.error("K501", "later", Place("x", 10, 1))
    problems.note("K710", "first", Place("x", 2, 9))
    problems.warning("K312", "in another file", Place("a", 99, 1))
    problems.error("K301", "same line", Place("x", 2, 3))
    assert [problem.message for problem in problems] == ["in another file", "same line", "first", "later"]


def test_the_same_code_at_the_same_place_is_counted() -> None:
    problems = Problems()
    for name in ("a", "b", "c"):
        problems.error("K303", f"unknown network of {name}", Place("x", 5, 3))
    assert [problem.message for problem in problems] == ["unknown network of a (and 2 more from the same place)"]
    assert len(problems) == 1


def test_other_codes_and_places_are_kept() -> None:
    problems = Problems()
    problems.error("K303", "m", Place("x", 5, 3))
    problems.error("K304", "m", Place("x", 5, 3))
    problems.error("K303", "m", Place("x", 5, 4))
    problems.error("K303", "m", Place("y", 5, 3))
    assert len(problems) == 4


def test_severities_are_counted() -> None:
    problems = Problems()
    problems.warning("K312", "m", Place("x", 1))
    assert not problems.has_errors
    problems.error("K301", "m", Place("x", 2))
    problems.error("K302", "m", Place("x", 3))
    assert problems.has_errors
    assert [problems.count(severity) for severity in Severity] == [2, 1, 0]


def test_collections_are_put_together() -> None:
    first, second = Problems(), Problems()
    second.error("K301", "m", Place("x", 2))
    first.extend(second)
    first.extend([Problem("K302", "n", Place("x", 1))])
    assert [problem.code for problem in first] == ["K302", "K301"]


def test_a_problem_is_plain_data() -> None:
    place = Place("x.yaml", 3, 5, 2, "  a: b")
    problem = Problem("K301", "wrong", place, "do this", (Related("first here", place),), Severity.WARNING)
    there = {"file": "x.yaml", "line": 3, "column": 5, "width": 2, "text": "  a: b"}
    assert problem.as_dict() == {
        "code": "K301",
        "severity": "warning",
        "message": "wrong",
        "hint": "do this",
        "place": there,
        "related": [{"message": "first here", "place": there}],
    }
    assert str(problem) == "x.yaml:3:5: warning K301 wrong (do this)"


def test_messages_are_cut() -> None:
    problem = Problem("K102", "x" * 10**6, Place("x"), "y" * 10**6)
    assert (len(problem.message), len(problem.hint)) == (MAX_MESSAGE + 1, MAX_MESSAGE + 1)


@pytest.mark.parametrize("column", [1, 50, 5000, 9999, 10_001])
def test_an_excerpt_of_a_long_line_holds_its_place(column: int) -> None:
    line = "".join(chr(0x100 + number) for number in range(10_000))
    text, skipped = Place("x", 1, column, 1, line).excerpt()
    assert len(text) == MAX_EXCERPT
    assert line[skipped : skipped + MAX_EXCERPT] == text
    assert 0 <= column - 1 - skipped <= MAX_EXCERPT


def test_a_short_line_is_its_own_excerpt() -> None:
    assert Place("x", 1, 1, 1, "short").excerpt() == ("short", 0)


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("servces", ["services", "sites"], "services"),
        ("postgress", ["postgresql", "mysql"], "postgresql"),
        ("recieve", ["receive"], "receive"),
        ("a", ["b"], "b"),
        ("grafana", ["vault"], None),
        ("x" * 1_000_000, ["x"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_name(word: str, known: list[str], found: str | None) -> None:
    assert nearest(word, known) == found


def test_a_suggestion_or_another_hint() -> None:
    assert did_you_mean("servces", ["services"]) == "did you mean 'services'?"
    assert did_you_mean("grafana", ["vault"], "add it under services") == "add it under services"


def test_two_things_missing_at_one_place_are_two_problems(tmp_path: Path) -> None:
    path = tmp_path / "kombination.yaml"
    head = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: home\n"
    path.write_text(f"{head}backups:\n  policies:\n    nightly: {{engine: restic}}\n", encoding="utf-8")
    messages = [problem.message for problem in load_spec(path).problems]
    assert messages == [
        "backups.policies.nightly has no 'schedule'",
        "backups.policies.nightly has no 'keep'",
        "backups.policies.nightly has no 'target'",
    ]
