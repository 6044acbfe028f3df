# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A text under repair: what is wrong in it is quoted, blanked or left out, so that the rest can still be read.

Every repair keeps the number of lines and the length of what stays, so places remain true. A text is
"quoted" by writing its characters with others that mean nothing to YAML (the mask); the composer turns them back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem

MAX_REPAIRS = 20
MAX_REREAD = 4 * 2**20

_MASKED = {code: code + 0x100000 for code in range(0x20, 0x7F)}
_PLAIN = {masked: code for code, masked in _MASKED.items()}
CONFLICT = re.compile(r"(?:<{7}|={7}|>{7})(?: |$)")
_SECTION = re.compile(r"[^\s#\-\]}][^:]*:")


class Means(Enum):
    """What a repair does with its stretch of text."""

    QUOTE = "read it as if it were quoted"
    BLANK = "read it as spaces"
    ALL_TABS = "read every tab as a space"
    TABS_BETWEEN_WORDS = "read every tab that does not indent as a space"
    FIRST_SIDE = "keep the first side of every merge conflict"
    LEAVE_OUT = "leave out the entry that starts on its line"


@dataclass(frozen=True, slots=True)
class Repair:
    """A stretch of lines, counted from 1 as in a place, and what to do with it."""

    means: Means
    line: int
    column: int = 1
    width: int = 1


@dataclass(eq=False)
class Fault(Exception):
    """Something that the parser cannot read past: the problem, the lines that are involved, and the way on."""

    problem: Problem
    repair: Repair
    lines: frozenset[int] = frozenset()


@dataclass
class Draft:
    """The text that is given to the parser, and what had to be done to it."""

    text: str
    left_out: bool = False
    masked: bool = False
    _repairs: int = 0
    _rewritten: set[tuple[int, int]] = field(default_factory=set)
    _lines_left_out: set[int] = field(default_factory=set)

    def knows(self, fault: Fault) -> bool:
        """Tell whether a fault is only what an earlier repair left behind."""
        lines = fault.lines | {fault.problem.place.line, fault.repair.line}
        return (fault.repair.line, fault.repair.column) in self._rewritten or not lines.isdisjoint(self._lines_left_out)

    def apply(self, fault: Fault) -> bool:
        """Repair a fault; False when nothing is left to read, or enough has been tried."""
        self._repairs += 1
        if self._repairs > MAX_REPAIRS or self._repairs * len(self.text) > MAX_REREAD:
            return False
        lines = self.text.split("\n")
        if self.knows(fault):
            changed = self._leave_out(lines, _section(lines, fault.repair.line))
        elif fault.repair.means is Means.LEAVE_OUT:
            changed = self._leave_out(lines, _entry(lines, fault.repair.line))
            self._lines_left_out |= fault.lines | {fault.problem.place.line}
        else:
            changed = self._rewrite(lines, fault.repair)
        self.text = "\n".join(lines)
        return changed and any(line.strip() for line in lines)

    def _rewrite(self, lines: list[str], repair: Repair) -> bool:
        self._rewritten.add((repair.line, repair.column))
        before = list(lines)
        if repair.means is Means.ALL_TABS:
            lines[:] = [line.replace("\t", " ") for line in lines]
        elif repair.means is Means.TABS_BETWEEN_WORDS:
            lines[:] = [_tabs_only_indent(line) for line in lines]
        elif repair.means is Means.FIRST_SIDE:
            lines[:] = _first_sides(lines)
        else:
            line, start, end = lines[repair.line - 1], repair.column - 1, repair.column - 1 + repair.width
            old = line[start:end]
            new = old.translate(_MASKED) if repair.means is Means.QUOTE else " " * len(old)
            lines[repair.line - 1] = line[:start] + new + line[end:]
            self.masked = self.masked or repair.means is Means.QUOTE
        return lines != before

    def _leave_out(self, lines: list[str], span: tuple[int, int]) -> bool:
        first, last = span
        changed = any(line.strip() for line in lines[first:last])
        lines[first:last] = [""] * (last - first)
        self._lines_left_out.update(range(first + 1, last + 1))
        self.left_out = True
        return changed


def unmask(text: str) -> str:
    """Return a text with the characters that the user typed."""
    return text.translate(_PLAIN)


def _entry(lines: list[str], number: int) -> tuple[int, int]:
    """Return the lines (from, to) of the entry that starts on a line: all that is indented deeper belongs to it."""
    first = min(number, len(lines)) - 1
    depth = _indent(lines[first])
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _indent(lines[last]) > depth):
        last += 1
    return first, last


def _section(lines: list[str], number: int) -> tuple[int, int]:
    """Return the lines (from, to) of the top-level section around a line."""
    first = min(number, len(lines)) - 1
    while first > 0 and not _SECTION.match(lines[first]):
        first -= 1
    last = first + 1
    while last < len(lines) and not _SECTION.match(lines[last]):
        last += 1
    return first, last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _tabs_only_indent(line: str) -> str:
    start = len(line) - len(line.lstrip())
    return line[:start] + line[start:].replace("\t", " ")


def _first_sides(lines: list[str]) -> list[str]:
    """Blank the marks of merge conflicts and all that stands between ``=======`` and ``>>>>>>>``."""
    kept, second = [], False
    for line in lines:
        mark = CONFLICT.match(line)
        second = line[0] == "=" if mark else second
        kept.append("" if mark or second else line)
    return kept
