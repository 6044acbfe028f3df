"""Reports for programs: JSON, SARIF 2.1.0, and GitHub's workflow commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Related, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.formats import render

FIXTURES = Path(__file__).parent / "fixtures" / "report"
PLACE = Place("inventories/home/kombination.yaml", 5, 3, 4, "  nas: 192.168.1.10")
PROBLEMS = [
    Problem(
        "K501",
        "address 192.168.1.10 is used twice",
        PLACE,
        "next free: 192.168.1.12\nor another network",
        (Related("first used here", Place("secrets.yaml", 2, 1, 3, "nas: x")),),
    ),
    Problem("K312", "network 'lan' is not used", Place("/srv/stack/site.yaml", 1, 1), severity=Severity.WARNING),
    Problem("K710", "a single control plane", PLACE, severity=Severity.NOTE),
]
EVIL = "50%\r\n::set-output name=x::y,z"


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_the_report_is_the_golden_one(form: str) -> None:
    seen = json.loads(render(PROBLEMS, form, root=Path("/srv/stack")))
    if form == "sarif":
        for rule in seen["runs"][0]["tool"]["driver"]["rules"]:
            assert rule.pop("help")["markdown"]
            assert rule.pop("fullDescription")["text"]
    assert seen == json.loads((FIXTURES / f"machines.{form}.json").read_text(encoding="utf-8"))


def test_the_commands_are_the_golden_ones() -> None:
    seen = render(PROBLEMS, "github", root=Path("/srv/stack"))
    assert seen + "\n" == (FIXTURES / "machines.github.txt").read_text(encoding="utf-8")


def structure() -> dict[str, Any]:
    """Return the structure that SARIF prescribes."""
    found: dict[str, Any] = json.loads((FIXTURES / "sarif-structure.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("problems", [PROBLEMS, [], [Problem("K999", "unknown", Place("x"))]])
def test_sarif_has_the_prescribed_structure(problems: list[Problem]) -> None:
    report = json.loads(render(problems, "sarif"))
    jsonschema.validate(report, structure())
    [run] = report["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("file", "root", "uri"),
    [
        ("kombination.yaml", None, "kombination.yaml"),
        ("./a b/ü.yaml", None, "a%20b/%C3%BC.yaml"),
        ("c:x.yaml", None, "c%3Ax.yaml"),
        ("sites\\hq.yaml", None, "sites/hq.yaml"),
        ("/srv/stack/site.yaml", "/srv/stack", "site.yaml"),
        ("/srv/other/site.yaml", "/srv/stack", "file:///srv/other/site.yaml"),
        ("\udcff\n.yaml", None, "%5Cudcff%5Cn.yaml"),
    ],
)
def test_files_are_uris_that_count_from_the_root(file: str, root: str | None, uri: str) -> None:
    report = json.loads(render([Problem("K101", "m", Place(file))], "sarif", root=Path(root) if root else None))
    [result] = report["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_command_cannot_be_smuggled_in() -> None:
    place = Place(f"{EVIL}.yaml", 1, 1, 1, EVIL)
    report = render([Problem("K101", EVIL, place, EVIL, (Related(EVIL, place),))], "github")
    assert "\n" not in report
    assert "\r" not in report
    properties, message = report.removeprefix("::error ").split("::", 1)
    assert properties.split(",")[0] == "file=50%25\\r\\n%3A%3Aset-output name=x%3A%3Ay%2Cz.yaml"
    assert message.startswith("50%25\\r\\n::set-output name=x::y,z%0A")


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_half_characters_can_be_written_as_utf_8(form: str) -> None:
    place = Place("\udcff.yaml", 1, 1, 1, "\ud800")
    report = render([Problem("K101", "\ud800", place, "\udcff")], form)
    assert report.encode("utf-8")
    assert "\n\n" not in report


def test_json_counts_by_severity() -> None:
    report = json.loads(render(PROBLEMS, "json"))
    assert (report["errors"], report["warnings"], report["notes"]) == (1, 1, 1)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_report_stays_small_however_long_the_line_is(form: str) -> None:
    problems = [Problem("K104", "m", Place("x", 1, column, 2, "x" * 1_000_000)) for column in range(1, 100)]
    assert len(render(problems, form)) < 200_000
