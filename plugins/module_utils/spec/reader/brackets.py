# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes with ``[ ]`` and ``{ }``, in plain words."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader import unquoted
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.halt import Halt
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Fault, Means, Repair

MAX_LINES = 200
MAX_COLUMNS = 2_000
_CLOSING = {"[": "]", "{": "}"}


def inside(halt: Halt) -> Fault | None:
    """Explain an error between brackets."""
    if "flow node" in halt.context:
        return _no_value(halt)
    if "flow mapping" not in halt.context and "flow sequence" not in halt.context:
        return None
    opening = "{" if "mapping" in halt.context else "["
    if halt.character and halt.character in "]}":
        message = f"'{halt.character}' closes a '{opening}'"
        return halt.leave_out(
            halt.here, message, f"write '{_CLOSING[opening]}'", line=halt.opened.line, opened=halt.opened
        )
    outdented = halt.line > halt.opened.line and halt.indent(halt.line) <= halt.indent(halt.opened.line)
    if halt.at_end or outdented:
        return _not_closed(halt, opening)
    return _missing_comma(halt)


def _not_closed(halt: Halt, opening: str) -> Fault:
    first_word = unquoted.word(halt.source, halt.line, halt.indent(halt.line) + 1)
    place = halt.opened if halt.at_end else first_word
    message = f"unclosed {opening} opened at line {halt.opened.line}"
    hint = f"close it with {_CLOSING[opening]}" + ("" if halt.at_end else " before this line")
    return halt.leave_out(place, message, hint, line=halt.opened.line, opened=halt.opened)


def _missing_comma(halt: Halt) -> Fault:
    place = halt.here
    if halt.character == ":":
        start = max(halt.before.rfind(" "), halt.before.rfind("[")) + 1
        if not halt.last or len(halt.last.value.split()) < 2:
            hint = "quote a text that has ': ' in it"
            return halt.leave_out(place, "a ':' where none may stand", hint, line=halt.opened.line)
        place = halt.source.place(halt.line, start + 1, halt.column - start - 1)
    word = unquoted.typed(unquoted.word(halt.source, place.line, place.column)).rstrip(":")
    message = f"a ',' is missing before '{word}'"
    return halt.leave_out(place, message, "separate values with ', '", line=halt.opened.line)


def _no_value(halt: Halt) -> Fault:
    if halt.character == "-":
        message = "a list with '- ' cannot stand inside brackets"
        return halt.leave_out(halt.here, message, "write [a, b]", line=halt.line)
    if halt.at_end:
        return _never_closed(halt)
    if halt.character == ",":
        problem = Problem("K101", "there is no value before this ','", halt.here, "remove it, or write the value")
        return Fault(problem, Repair(Means.BLANK, halt.line, halt.column))
    return halt.leave_out(halt.here, "a value is missing here", "write the value", line=halt.line)


def _never_closed(halt: Halt) -> Fault:
    """Find the bracket that is open at the end of the file; brackets in quotes and comments are not told apart."""
    depth = 0
    for number in range(halt.line, max(0, halt.line - MAX_LINES), -1):
        for index, character in reversed(list(enumerate(halt.line_at(number)[:MAX_COLUMNS]))):
            depth += (character in "]}") - (character in "[{")
            if depth < 0:
                place = halt.source.place(number, index + 1)
                message = f"unclosed {character} opened at line {number}"
                return halt.leave_out(place, message, f"close it with {_CLOSING[character]}", line=number)
    return halt.leave_out(halt.here, "a bracket is not closed", "close it with ] or }", line=halt.line)


def closing_nothing(halt: Halt) -> Fault | None:
    """Explain a closing bracket too many."""
    if not halt.character or halt.character not in "]}":
        return None
    hint = "remove it; is the opening one missing?"
    problem = Problem("K101", f"this '{halt.character}' closes nothing", halt.here, hint)
    return Fault(problem, Repair(Means.BLANK, halt.line, halt.column))


def after_closing(halt: Halt) -> Fault | None:
    """Explain text behind a closing bracket."""
    if not halt.before.rstrip().endswith(("]", "}")):
        return None
    closed = halt.before.rstrip()[-1]
    hint = "remove it, or quote the whole value"
    return halt.leave_out(halt.here, f"text after the closing '{closed}'", hint, line=halt.line)
