# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One way in for every form of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.data import json_report
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.github import github_report
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.text import text_report

FORMATS = ("text", "json", "sarif", "github")


def render(problems: Iterable[Problem], form: str, *, color: bool = False, root: Path | None = None) -> str:
    """Return a report of problems as ``text``, ``json``, ``sarif`` or ``github``, without a line break at its end.

    ``color`` is for text; ``root`` is the folder that the files of SARIF and GitHub count from.
    """
    found = list(problems)
    reports: dict[str, Callable[[], str]] = {
        "text": lambda: text_report(found, color=color),
        "json": lambda: json_report(found),
        "sarif": lambda: _sarif(found, root),
        "github": lambda: github_report(found, root),
    }
    if form not in reports:
        raise ValueError(f"'{form}' is not a format of reports: write {', '.join(FORMATS)}")
    return reports[form]()


def _sarif(problems: list[Problem], root: Path | None) -> str:
    from ansible_collections.kombify.stack.plugins.module_utils.spec.report.sarif import sarif_report

    return sarif_report(problems, root)
