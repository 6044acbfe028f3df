"""Hostile files end early: what is refused depends on counts, never on a clock."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader import assembly
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import Reading, parse

DEEP = "nested deeper than 64 levels"
MANY = "more than 300,000 values, those of aliases counted each time"


def read(text: str, loader: Any) -> tuple[Reading, list[str]]:
    """Return a reading and the messages of its problems."""
    problems = Problems()
    reading = parse(text, problems, name="x", loader=loader)
    return reading, [problem.message for problem in problems]


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "? " * 100_000, "[\n" * 1_000],
    ids=["lists", "maps", "dashes", "keys", "lines"],
)
def test_nesting_is_stopped_where_it_becomes_too_deep(text: str, loader: Any) -> None:
    reading, found = read(f"a: 1\nb:\n {text}\n", loader)
    assert found[0] == DEEP
    assert not reading.complete


def test_what_stands_beside_deep_nesting_is_read(loader: Any) -> None:
    reading, found = read(f"a: 1\nb: {'[' * 70}{']' * 70}\nc: 2\n", loader)
    assert found == [DEEP]
    assert reading.root is not None
    assert reading.root.plain() == {"a": 1, "c": 2}


def test_aliases_of_aliases_are_counted(loader: Any) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    reading, found = read("\n".join(lines), loader)
    assert found == [MANY]
    assert reading.root is None


def test_merges_of_merges_are_counted(loader: Any) -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], y{n}: 1}}" for n in range(1, 100)]
    _reading, found = read("\n".join(lines), loader)
    assert found == [MANY]


def test_a_file_with_too_many_values_is_refused(loader: Any) -> None:
    row = "[" + "x, " * 3_000 + "]"
    text = f"a: &a {row}\n" + "".join(f"b{n}: *a\n" for n in range(200))
    reading, found = read(text, loader)
    assert found == [MANY]
    assert not reading.complete


def test_thousands_of_equal_problems_are_counted_after_a_hundred(loader: Any) -> None:
    _reading, found = read("".join(f"a{n}: no\n" for n in range(2_000)), loader)
    assert len(found) == 101
    assert found[-1].endswith(" (and 1899 more of K104)")


def test_a_line_of_megabytes_does_not_make_megabytes_of_problems(loader: Any) -> None:
    problems = Problems()
    parse("a: [" + "no, " * 50_000 + "]\n", problems, name="x", loader=loader)
    assert sum(len(str(problem.as_dict())) for problem in problems) < 100_000


def test_a_name_of_megabytes_does_not_make_megabytes_of_problems(loader: Any) -> None:
    key = "k" * 1_000_000
    problems = Problems()
    parse(f"? {key}\n: 1\n? {key}\n: 2\n", problems, name="x", loader=loader)
    [problem] = problems
    assert problem.code == "K102"
    assert len(problem.message) < 3_000


def test_a_key_that_is_too_long_for_yaml_is_explained(loader: Any) -> None:
    _reading, found = read("k" * 2_000 + ": 1\n", loader)
    assert found == ["a key has at most 1,024 characters"]


def test_a_value_counts_once_however_deep_it_stands(loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "MAX_VALUES", 100)
    assert read(f"a: {'[' * 20}{'x, ' * 70}{']' * 20}\n", loader)[1] == []
    assert len(read(f"a: {'[' * 20}{'x, ' * 80}{']' * 20}\n", loader)[1]) == 1
