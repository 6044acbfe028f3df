# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Problems as JSON for programs, and what the other machine-readable forms share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.visible import visible


def as_data(problems: Iterable[Problem]) -> dict[str, Any]:
    """Return problems and their counts as plain data."""
    found = list(problems)
    kinds = [problem.severity for problem in found]
    return {
        "problems": [problem.as_dict() for problem in found],
        **{f"{kind}s": kinds.count(kind) for kind in Severity},
    }


def json_report(problems: Iterable[Problem]) -> str:
    """Return problems as JSON."""
    return to_json(as_data(problems))


def to_json(data: Any) -> str:
    """Return data as JSON that can be written as UTF-8; half characters stay escapes."""
    return json.dumps(data, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def relative(file: str, root: Path | None) -> PurePosixPath:
    """Return the path of a file below a folder; a path that is not below it stays as it is."""
    path = PurePosixPath(visible(file.replace("\\", "/")))
    if root is not None and path.is_relative_to(root.as_posix()):
        return path.relative_to(root.as_posix())
    return path
