"""Every code is explained, and its examples hold what they promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import CODES, GROUPS, codes_markdown
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import parse

REPOSITORY = Path(__file__).parents[3]
FIXTURES = Path(__file__).parent / "fixtures"
INVALID = sorted(path.stem for path in (FIXTURES / "invalid").glob("K*.yaml"))


def test_every_code_that_is_reported_is_explained() -> None:
    sources = [*REPOSITORY.glob("plugins/**/*.py"), *REPOSITORY.glob("api/kombify/**/*.py")]
    used = {code for file in sources for code in re.findall(r'"(K[0-9]{3})"', file.read_text(encoding="utf-8"))}
    assert sorted(used - set(CODES)) == []


@pytest.mark.parametrize("code", CODES)
def test_an_explanation_is_complete(code: str) -> None:
    known = CODES[code]
    assert known.code == code
    for sentence in (known.explanation, known.remedy):
        assert sentence.endswith(".")
    assert not known.title.endswith(".")
    assert known.wrong.strip() != known.right.strip()
    assert all(line == line.rstrip() for line in known.text().split("\n"))


def test_codes_stand_in_order_in_one_group() -> None:
    listed = [code.code for group in GROUPS.values() for code in group]
    assert listed == sorted(set(listed))


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("K101", "K102", "K103", "K104")])
def test_examples_are_clean_yaml(code: str) -> None:
    for example in (CODES[code].wrong, CODES[code].right):
        problems = Problems()
        assert parse(dedent(example), problems, name=code).complete
        assert list(problems) == []


@pytest.mark.parametrize("code", INVALID)
def test_the_wrong_example_is_wrong_and_the_right_one_is_not(code: str, check: Callable[..., list[str]]) -> None:
    """Only for codes that need no kit, no facts and no plan; the others are shown by the tests of the plan."""
    wrong, right = (dedent(example) for example in (CODES[code].wrong, CODES[code].right))
    if "apiVersion" in wrong:
        found, left = check("", kombination=wrong), check("", kombination=right)
    else:
        found, left = check(wrong), check(right)
    assert code in {line.split()[0] for line in found}
    assert [line for line in left if line.startswith((code, "K1", "K2"))] == []


def test_an_explanation_as_text() -> None:
    assert CODES["K601"].text() == (FIXTURES / "report" / "explain-K601.txt").read_text(encoding="utf-8").rstrip("\n")


def test_the_reference_names_every_code_once() -> None:
    headings = re.findall(r"^### (K[0-9]{3}) ", codes_markdown(), re.MULTILINE)
    assert headings == list(CODES)


def test_policies_decide_about_a_code_that_says_so() -> None:
    assert CODES["K401"].how_bad == "error, policies decide"
    assert CODES["K710"].how_bad == "note"
    assert CODES["K710"].severity is Severity.NOTE
