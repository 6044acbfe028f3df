# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Problems as SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import CODES
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.data import relative, to_json

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_report(problems: Iterable[Problem], root: Path | None = None) -> str:
    """Return problems as a SARIF log; files are named relative to ``root``."""
    found = list(problems)
    codes = sorted({problem.code for problem in found})
    driver = {"name": "kombify", "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), root) for problem in found],
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    known = CODES.get(code)
    if known is None:
        return {"id": code}
    level = known.severity if known.severity is not Severity.NOTE else "note"
    return {
        "id": code,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.explanation},
        "help": {"text": known.text(), "markdown": known.markdown()},
        "defaultConfiguration": {"level": str(level)},
    }


def _result(problem: Problem, index: int, root: Path | None) -> dict[str, Any]:
    message = f"{problem.message}: {problem.hint}" if problem.hint else problem.message
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": index,
        "level": str(problem.severity),
        "message": {"text": message},
        "locations": [_location(problem.place, root)],
    }
    if problem.related:
        result["relatedLocations"] = [
            {"id": number, **_location(related.place, root), "message": {"text": related.message}}
            for number, related in enumerate(problem.related, 1)
        ]
    return result


def _location(place: Place, root: Path | None) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": place.line,
        "startColumn": place.column,
        "endColumn": place.column + place.width,
    }
    if place.text:
        region["snippet"] = {"text": place.excerpt()[0]}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file, root)}, "region": region}}


def _uri(file: str, root: Path | None) -> str:
    path = relative(file, root)
    return f"file://{quote(str(path))}" if path.is_absolute() else quote(str(path))
