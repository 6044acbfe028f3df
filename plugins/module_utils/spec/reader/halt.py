# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the parser had to halt: the error, the last value before it, and the text around."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Fault, Means, Repair
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Source


@dataclass(frozen=True)
class Halt:
    """A syntax error; lines and columns count from 1, ``last`` is the last scalar event before it."""

    error: yaml.YAMLError
    source: Source
    lines: list[str]
    last: Any

    @cached_property
    def problem(self) -> str:
        """What the parser says."""
        return str(getattr(self.error, "problem", None) or self.error)

    @cached_property
    def context(self) -> str:
        """What the parser was reading."""
        return str(getattr(self.error, "context", None) or "")

    @cached_property
    def line(self) -> int:
        """The line where the parser halted."""
        return self._mark("problem_mark")[0]

    @cached_property
    def column(self) -> int:
        """The column where the parser halted."""
        return self._mark("problem_mark")[1]

    @cached_property
    def opened(self) -> Place:
        """Where that which the parser was reading began."""
        return self.source.place(*self._mark("context_mark"))

    def _mark(self, name: str) -> tuple[int, int]:
        mark = getattr(self.error, name, None) or getattr(self.error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if not any(text.strip(" ") for text in self.lines[line - 1 :]):  # show the last line that has something on it
            line = max(1, self.line_before(line))
            column = len(self.line_at(line)) + 1
        return line, column

    @cached_property
    def text(self) -> str:
        """The line where the parser halted, as the parser read it."""
        return self.line_at(self.line)

    @property
    def character(self) -> str:
        """The character at which the parser halted; empty at the end of a line."""
        return self.text[self.column - 1 : self.column]

    @property
    def before(self) -> str:
        """What stands before it on its line."""
        return self.text[: self.column - 1]

    @property
    def at_end(self) -> bool:
        """Whether the file ends here."""
        return not any(line.strip() for line in [self.text[self.column - 1 :], *self.lines[self.line :]])

    @property
    def here(self) -> Place:
        """The place where the parser halted."""
        return self.source.place(self.line, self.column)

    def line_at(self, number: int) -> str:
        """Return a line as the parser read it."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def indent(self, number: int) -> int:
        """Return by how many spaces a line is indented."""
        text = self.line_at(number)
        return len(text) - len(text.lstrip(" "))

    def line_before(self, number: int) -> int:
        """Return the number of the last line with content before a line, 0 when there is none."""
        number -= 1
        while number > 0 and self.line_at(number).strip()[:1] in ("", "#"):
            number -= 1
        return number

    def line_after(self, number: int) -> int:
        """Return the number of the first line with content after a line."""
        following = range(number + 1, len(self.lines) + 1)
        return next((line for line in following if self.line_at(line).strip()[:1] not in ("", "#")), number)

    @property
    def last_line(self) -> int:
        """The line on which the last scalar began, 0 when there was none."""
        return self.last.start_mark.line + 1 if self.last else 0

    @property
    def touches_last(self) -> bool:
        """Whether the last scalar ended right before, on the same line."""
        if self.last is None or self.last.end_mark.line + 1 != self.line:
            return False
        return not self.text[self.last.end_mark.column : self.column - 1].strip()

    def leave_out(self, place: Place, message: str, hint: str, *, line: int, opened: Place | None = None) -> Fault:
        """Return a fault that leaves out the entry on a line; ``opened`` is a second place to show."""
        related = (Related("opened here", opened),) if opened and opened != place else ()
        problem = Problem("K101", message, place, hint, related)
        return Fault(problem, Repair(Means.LEAVE_OUT, line), frozenset({self.line, line}))
