# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that had to be quoted and were not: where they start, where they end, and what to write.

All functions look at one line; columns count from 1, as in a place.
"""

from __future__ import annotations

import re

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Fault, Means, Repair
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Source

NEARBY = 500  # characters of a line that are looked at on each side of a place

_REFERENCE = re.compile(r"""\$\{[^{}"']*\}|\{[0-9][^{}\s"',]*\}|(?<=[\w.-])\[[0-9]+:[0-9]+\]""")
_JINJA = re.compile(r"\{[{%].*?[}%]\}[^\s,\]}]*")
_MEANINGS = {
    "!": "a tag",
    "*": "an alias",
    "&": "an anchor",
    ">": "a folded text",
    "|": "a block text",
}
_TO_VALUE_END = re.compile(r"""(?:\$?\{[^{}"']*\}|\[[0-9]+:[0-9]+\]|[^\s,\[\]{}]|\s+(?=[^\s#,\]}]))*""")
_WORD = re.compile(r"[^\s,\]}]+")
_ESCAPE = re.compile(
    r"""\\(?: [abt\tnvfre "/\\N_LP]
            | x(?!00)[0-9a-fA-F]{2}
            | u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4}
            | U(?!00000000|0000[dD][89a-fA-F])(?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4}
            | $ )
        | (?P<wrong>\\(?:x[0-9a-fA-F]{0,2}|u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8}|.))""",
    re.VERBOSE,
)


def reference(source: Source, line: int, column: int) -> Fault | None:
    """Return K103 when a column is in or around a ``${…}``, ``{1}`` or ``[1:3]`` that stands without quotes."""
    text = source.line(line)
    for first, last in _near(_REFERENCE, text, column):
        start, end = _left_end(text, first), _right_end(text, last)
        if start < column <= end + 1:
            place = source.place(line, start + 1, end - start)
            return quote(place, f"'{typed(place)}' must be quoted here", f"write {quoted(typed(place))}", code="K103")
    return None


def jinja(source: Source, line: int, column: int) -> Fault | None:
    """Return a fault when a column is in or around a Jinja expression without quotes."""
    text = source.line(line)
    for first, last in _near(_JINJA, text, column):
        if first < column <= last + 1:
            place = source.place(line, first + 1, last - first)
            hint = 'a spec has no Jinja; write a reference such as "${nodes.nas.address}"'
            return quote(place, f"'{typed(place)}' is a Jinja expression", hint)
    return None


def _near(pattern: re.Pattern[str], text: str, column: int) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text, max(0, column - 1 - NEARBY), column - 1 + NEARBY)]


def _left_end(text: str, index: int) -> int:
    """Return where the value around an index starts: after a delimiter, a ``: `` or a ``- ``."""
    before = text[max(0, index - NEARBY) : index]
    start = max((before.rfind(mark) + len(mark) for mark in (",", "[", "{", ": ", "- ") if mark in before), default=0)
    return index - len(before[start:].lstrip())


def _right_end(text: str, index: int) -> int:
    """Return where the value around an index ends: before a delimiter or a comment, not at the braces of references."""
    match = _TO_VALUE_END.match(text, index, index + NEARBY)
    return match.end() if match else index


def word(source: Source, line: int, column: int) -> Place:
    """Return the place of the word that starts at a column and ends at a blank or at a delimiter of a list or map."""
    match = _WORD.match(source.line(line), column - 1)
    return source.place(line, column, len(match[0]) if match else 1)


def rest(source: Source, line: int, column: int) -> Place:
    """Return the place of all that follows on a line, without a comment."""
    text = source.line(line)[column - 1 :]
    return source.place(line, column, len(re.split(r"\s+#", text, maxsplit=1)[0].rstrip()))


def value(source: Source, line: int, column: int) -> Place:
    """Return the place of the value that starts at a column; inside brackets a delimiter ends it."""
    text = source.line(line)
    before = text[: column - 1]
    inside = sum(map(before.count, "[{")) > sum(map(before.count, "]}")) or text.rstrip().endswith(",")
    if not inside:
        return rest(source, line, column)
    return source.place(line, column, _right_end(text, column) - column + 1)


def stands_alone(source: Source, line: int, column: int) -> bool:
    """Tell whether the value at a column is a single word."""
    return " " not in typed(value(source, line, column))


def meaning(source: Source, line: int, column: int) -> Fault:
    """Return a fault for a value that starts with a character that has a meaning in YAML."""
    place = value(source, line, column)
    text = typed(place)
    what = _MEANINGS.get(text[:1])
    message = f"'{text[:1]}' " + (f"starts {what} in YAML" if what else "cannot start a value in YAML")
    return quote(place, message, f"write {quoted(text)}")


def wrong_escape(text: str, start: int, end: int) -> int:
    """Return the index of the first wrong escape in a part of a text, or its end."""
    return next((match.start() for match in _ESCAPE.finditer(text, start, end) if match["wrong"]), end)


def escape(source: Source, line: int, column: int) -> Fault | None:
    """Return a fault for the escape at a column when it means nothing."""
    match = _ESCAPE.match(source.line(line), column - 1)
    if not match or not match["wrong"]:
        return None
    place = source.place(line, column, len(match[0]))
    hint = f"use single quotes, or write \\{match[0]}"
    return Fault(
        Problem("K101", f"'{match[0]}' means nothing in double quotes", place, hint), Repair(Means.QUOTE, line, column)
    )


def quote(place: Place, message: str, hint: str, *, code: str = "K101") -> Fault:
    """Return a fault that is repaired by quoting the text at a place."""
    return Fault(Problem(code, message, place, hint), Repair(Means.QUOTE, place.line, place.column, place.width))


def typed(place: Place) -> str:
    """Return what the user typed at a place."""
    return place.text[place.column - 1 : place.column - 1 + place.width]


def quoted(text: str) -> str:
    """Return a text in the quotes that need no escape."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"
