# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tabs: a spec is indented and spaced with spaces; tabs may stand in quotes, in block texts and in comments.

libyaml lets some tabs pass that PyYAML's own parser refuses, so the decision is made here.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Fault, Means, Repair
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Source

_TABS = re.compile("\t+")
_INDENTED_WITH_SPACES = re.compile(r"^ +[^\s#]", re.MULTILINE)


def fault(source: Source, line: int, column: int) -> Fault:
    """Return what is wrong with the tab at a place."""
    text = source.line(line)
    start = len(text[: column - 1].rstrip("\t"))
    match = _TABS.match(text, start)
    place = source.place(line, start + 1, len(match[0]) if match else 1)
    if text[:start].strip():
        problem = Problem("K101", "a tab between words", place, "use spaces; quote a text that has a tab")
        return Fault(problem, Repair(Means.TABS_BETWEEN_WORDS, line, place.column))
    problem = Problem("K101", "a tab is used for indentation", place, "indent with spaces")
    mixed = _INDENTED_WITH_SPACES.search(source.text)
    return Fault(problem, Repair(Means.LEAVE_OUT if mixed else Means.ALL_TABS, line, place.column))


def read_until(error: yaml.YAMLError) -> int:
    """Return the index up to which the parser had understood the text."""
    name = "context_mark" if "quoted scalar" in str(getattr(error, "context", "")) else "problem_mark"
    mark = getattr(error, name, None)
    return mark.index if mark else 0


def refuse(text: str, allowed: list[tuple[int, int]], source: Source) -> None:
    """Raise a fault for the first tab that stands in none of the allowed stretches and in no comment."""
    starts = [start for start, _end in allowed]
    index = text.find("\t")
    while index >= 0:
        before = bisect_right(starts, index) - 1
        end = allowed[before][1] if before >= 0 else 0
        line_start = text.rfind("\n", 0, index) + 1
        if index >= end:
            if "#" not in text[max(line_start, end) : index]:
                raise fault(source, text.count("\n", 0, index) + 1, index - line_start + 1)
            end = text.find("\n", index)
            if end < 0:
                return
        index = text.find("\t", end)
