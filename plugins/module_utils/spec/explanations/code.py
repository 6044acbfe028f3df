# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told about one code of problems: shown by the command line, in SARIF and in the reference."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code of problems: why it exists, what to do, and a wrong and a right example.

    ``policy`` says that the section ``policies`` of a spec decides how bad it is; ``severity`` is its default.
    """

    code: str
    title: str
    explanation: str
    remedy: str
    wrong: str
    right: str
    severity: Severity = Severity.ERROR
    policy: bool = False

    @property
    def how_bad(self) -> str:
        """The severity in words: ``error``, or ``warning, policies decide``."""
        return f"{self.severity}, policies decide" if self.policy else str(self.severity)

    def text(self) -> str:
        """Return the explanation as plain text."""
        wrong, right = _indented(self.wrong), _indented(self.right)
        head = f"{self.code} {self.title} ({self.how_bad})"
        return f"{head}\n\n{self.explanation}\n\n{self.remedy}\n\nWrong:\n\n{wrong}\n\nRight:\n\n{right}"

    def markdown(self) -> str:
        """Return the explanation as Markdown, without its heading."""
        wrong, right = dedent(self.wrong).strip("\n"), dedent(self.right).strip("\n")
        return (
            f"{self.how_bad.capitalize()}. {self.explanation}\n\n{self.remedy}\n\n"
            f"Wrong:\n\n```yaml\n{wrong}\n```\n\nRight:\n\n```yaml\n{right}\n```"
        )


def _indented(example: str) -> str:
    lines = dedent(example).strip("\n").split("\n")
    return "\n".join(f"    {line}".rstrip() for line in lines)
