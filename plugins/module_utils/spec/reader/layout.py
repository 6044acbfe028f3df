# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes with colons, dashes and indentation, in plain words."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader import tabs, unquoted
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.halt import Halt
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import CONFLICT, Fault, Means, Repair

MAX_KEY = 1024


def conflict(halt: Halt) -> Fault | None:
    """Explain the marks of an unfinished merge."""
    for number, line in enumerate(halt.lines, 1):
        if line[:1] in ("<", ">", "=") and CONFLICT.match(line):
            place = halt.source.place(number, 1, len(line))
            hint = "settle it, and remove the lines with <<<<<<<, ======= and >>>>>>>"
            return Fault(
                Problem("K101", "a merge conflict is left in the file", place, hint), Repair(Means.FIRST_SIDE, number)
            )
    return None


def tab(halt: Halt) -> Fault | None:
    """Explain a tab."""
    indent = halt.text[: len(halt.text) - len(halt.text.lstrip())]
    if halt.character == "\t":
        return tabs.fault(halt.source, halt.line, halt.column)
    if "\t" in indent:
        return tabs.fault(halt.source, halt.line, indent.index("\t") + 1)
    return None


def colon(halt: Halt) -> Fault | None:
    """Explain a ``:`` that the parser did not expect."""
    if "mapping values are not allowed" not in halt.problem or not halt.last:
        return None
    start = halt.last.start_mark.column
    begins_line = not halt.line_at(halt.last_line)[:start].strip(" -")
    if halt.last_line < halt.line and begins_line:
        return _no_colon(halt, halt.last_line, start + 1)
    if halt.last_line < halt.line or begins_line:
        return _key_too_long(halt) or _below_a_value(halt)
    place = unquoted.value(halt.source, halt.line, start + 1)
    text = unquoted.typed(place)
    return unquoted.quote(place, "': ' inside a text without quotes", f"write {unquoted.quoted(text)}")


def colon_without_value(halt: Halt) -> Fault | None:
    """Explain ``{days:}``."""
    if "unexpected ':'" not in halt.problem:
        return None
    hint = "write a space and a value after it"
    problem = Problem("K101", "nothing stands after this ':'", halt.here, hint)
    return Fault(problem, Repair(Means.BLANK, halt.line, halt.column))


def _no_colon(halt: Halt, line: int, column: int) -> Fault:
    place = unquoted.rest(halt.source, line, column)
    text = unquoted.typed(place)
    key, found, value = text.partition(":")
    if found and value and not value.startswith("//"):
        hint = f"write a space after the colon: {key}: {value}"
    else:
        hint = "write key: value"
    return halt.leave_out(place, f"'{text}' has no ': '", hint, line=line)


def _key_too_long(halt: Halt) -> Fault | None:
    if halt.column < MAX_KEY:
        return None
    place = unquoted.rest(halt.source, halt.line, 1)
    return halt.leave_out(place, f"a key has at most {MAX_KEY:,} characters", "write a shorter key", line=halt.line)


def _below_a_value(halt: Halt) -> Fault:
    above = halt.line_before(halt.line)
    place = unquoted.word(halt.source, halt.line, halt.indent(halt.line) + 1)
    message = f"this line is indented deeper than line {above}, which has a value already"
    return halt.leave_out(place, message, f"indent it by {halt.indent(above)} spaces", line=halt.line)


def key_alone(halt: Halt) -> Fault | None:
    """Explain a line that is neither a value nor has a colon."""
    if "could not find expected ':'" not in halt.problem:
        return None
    return _no_colon(halt, halt.opened.line, halt.opened.column)


def dash(halt: Halt) -> Fault | None:
    """Explain a list that starts on the line of its key."""
    if "sequence entries are not allowed" not in halt.problem:
        return None
    hint = "start each '- ' on a line of its own, or write [a, b]"
    return halt.leave_out(halt.here, "a list with '- ' cannot start on the line of its key", hint, line=halt.line)


def indentation(halt: Halt) -> Fault | None:
    """Explain a line that starts in a column where none is open."""
    if halt.before.strip() or not halt.character.strip():
        return None
    place = unquoted.word(halt.source, halt.line, halt.column)
    if halt.character == ":":
        return halt.leave_out(place, "there is no key before ':'", "write key: value", line=halt.line)
    if halt.text[halt.column - 1 :].startswith("- ") and "mapping" in halt.context:
        hint = "indent the list below its key"
        message = "a list item stands among keys"
        if halt.indent(halt.line) == halt.indent(halt.opened.line):
            return halt.leave_out(place, message, hint, line=halt.line)
    if "block collection" in halt.context and halt.column == halt.opened.column:
        return halt.leave_out(place, "a key stands among list items", "start it with '- '", line=halt.line)
    return halt.leave_out(place, "wrong indentation", _how_to_indent(halt), line=halt.line)


def after_end(halt: Halt) -> Fault | None:
    """Explain text that begins after the spec has ended."""
    if "<document start>" not in halt.problem:
        return None
    first = halt.line_after(0)
    if halt.column == 1 and halt.indent(first):
        place = unquoted.word(halt.source, first, halt.indent(first) + 1)
        return halt.leave_out(place, "the first section is indented", "remove the spaces before it", line=first)
    return halt.leave_out(halt.here, "text after the end of the spec", "remove it", line=halt.line)


def _how_to_indent(halt: Halt) -> str:
    """Name the lines above that this one could stand below: the nearest with deeper, and with less indentation."""
    depth = halt.indent(halt.line)
    above = halt.line_before(halt.line)
    outer = above
    while outer and halt.indent(outer) >= depth:
        outer = halt.line_before(outer)
    choices = [f"{_by(halt.indent(line))} like line {line}" for line in (above, outer) if line]
    return "indent it " + ", or ".join(dict.fromkeys(choices)) if choices else "remove the spaces before it"


def _by(spaces: int) -> str:
    return f"by {spaces} spaces" if spaces else "not at all"
