# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening a stack on the controller, for every plugin that needs one; what is wrong becomes an error for people."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError, AnsibleParserError

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import Project
    from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems

PACKAGES = {
    "proxmoxer": "proxmoxer>=2.2,<3",
    "pydantic": "pydantic>=2.12,<3",
    "rapidfuzz": "rapidfuzz>=3.9,<4",
    "requests": "requests>=2.32,<3",
}
"""Python packages that Ansible does not bring, and the versions that will do."""


class StackProblems(AnsibleParserError):
    """A stack with errors. The report is Ansible's help text: of a message, Ansible shows some parts twice."""

    def __init__(self, message: str, report: str, problems: list[dict[str, Any]]) -> None:
        super().__init__(message, help_text=report)
        self.report = report
        self.problems = problems


def open_stack(path: Path, overlays: Sequence[Path] = (), sets: Sequence[str] = ()) -> Project:
    """Read a stack; the model is imported here, so that whoever finds a cached answer does not pay for it."""
    try:
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
    except ImportError as error:
        raise AnsibleError(what_is_missing(error)) from error
    return open_project(path, overlays=overlays, sets=sets)


def refuse_errors(path: Path, problems: Problems) -> None:
    """Raise :class:`StackProblems` when there are errors."""
    from ansible_collections.kombify.stack.plugins.module_utils.spec.report.text import counts, report_lines

    if problems.has_errors:
        message = f"{path} is not valid: {counts(problems)}"
        raise StackProblems(message, "\n".join(report_lines(problems)), [problem.as_dict() for problem in problems])


def what_is_missing(error: ImportError) -> str:
    """Say which package to install, and how, for the Python that runs Ansible."""
    name = (error.name or "").partition(".")[0]
    if name not in PACKAGES:
        return f"kombify.stack cannot be loaded: {error}"
    command = shlex.join([sys.executable, "-m", "pip", "install", *PACKAGES.values()])
    return f"kombify.stack needs the Python package {PACKAGES[name]} where Ansible runs. Install it: {command}"
