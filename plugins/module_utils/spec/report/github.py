# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Problems as workflow commands, which GitHub shows beside the changed lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.data import relative
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.visible import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_report(problems: Iterable[Problem], root: Path | None = None) -> str:
    """Return one command a problem; files are named relative to ``root``, the checked out repository."""
    return "\n".join(_command(problem, root) for problem in problems)


def _command(problem: Problem, root: Path | None) -> str:
    place = problem.place
    properties = {
        "file": str(relative(place.file, root)),
        "line": str(place.line),
        "endLine": str(place.line),
        "col": str(place.column),
        "endColumn": str(place.column + place.width - 1),
        "title": f"kombify {problem.code}",
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    lines = [problem.message, *problem.hint.split("\n")]
    lines += [f"{related.message}: {related.place}" for related in problem.related]
    message = "\n".join(visible(line) for line in lines if line)
    return f"::{_COMMANDS[problem.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """Escape what ends a message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape what ends a property."""
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
