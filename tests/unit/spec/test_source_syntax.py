"""A syntax error is told in plain words, and what follows it is still read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.text import text_report
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import parse

FIXTURES = Path(__file__).parent / "fixtures" / "syntax"
CASES = sorted(path.stem for path in FIXTURES.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_explained_and_reading_goes_on(case: str, loader: Any) -> None:
    """Each ``.txt`` holds the report and then, as JSON, what could be read."""
    file = FIXTURES / f"{case}.yaml"
    problems = Problems()
    reading = parse(file.read_text(encoding="utf-8"), problems, name=file.name, loader=loader)
    tree = json.dumps(reading.root.plain() if reading.root else None)
    seen = f"{text_report(problems)}\n\n{'' if reading.complete else 'incomplete '}{tree}\n"
    assert seen == file.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_line_of_a_file_full_of_mistakes_is_reported(loader: Any) -> None:
    problems = Problems()
    text = "".join(f"s{number}: {{expose: *.{number}.example.net}}\n" for number in range(15))
    reading = parse(text, problems, name="x.yaml", loader=loader)
    assert [problem.place.line for problem in problems] == list(range(1, 16))
    assert reading.complete


def test_repairs_end_when_there_are_too_many_mistakes(loader: Any) -> None:
    problems = Problems()
    text = "".join(f"s{number}: {{expose: *.{number}.example.net}}\n" for number in range(100))
    reading = parse(text, problems, name="x.yaml", loader=loader)
    assert 20 <= len(problems) < 100
    assert reading.root is None
    assert not reading.complete


def test_a_colon_that_libyaml_refuses_is_explained() -> None:
    problems = Problems()
    reading = parse("keep: {days:}\n", problems, name="x.yaml", loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    expected = ["x.yaml:1:12: error K101 nothing stands after this ':' (write a space and a value after it)"]
    assert [str(problem) for problem in problems] == (expected if yaml.__with_libyaml__ else [])
    assert reading.root is not None
    assert reading.root.plain() == {"keep": {"days": None}}
