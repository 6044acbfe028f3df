# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes with quotes, and with characters that mean something to YAML, in plain words."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader import unquoted
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.halt import Halt
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Fault, Means, Repair


def escape(halt: Halt) -> Fault | None:
    r"""Explain ``\d`` in double quotes."""
    if "escape" not in halt.problem and "decimal number" not in halt.problem:
        return None
    return unquoted.escape(halt.source, halt.line, halt.text.rfind("\\", 0, halt.column) + 1)


def reference(halt: Halt) -> Fault | None:
    """Explain ``${…}``, ``{1}`` or ``{{ … }}`` without quotes."""
    return unquoted.jinja(halt.source, halt.line, halt.column) or unquoted.reference(
        halt.source, halt.line, halt.column
    )


def not_closed(halt: Halt) -> Fault | None:
    """Explain a quote that is never closed, or only by the next quote of another line."""
    place = None
    if "quoted scalar" in halt.context:
        place = halt.opened
    elif halt.touches_last and halt.last.style in ("'", '"') and halt.last_line < halt.line:
        place = halt.source.place(halt.last_line, halt.last.start_mark.column + 1)
    if place is None:
        return None
    problem = Problem("K101", "this quote is not closed", place, f"close it with {unquoted.typed(place)}")
    if "[" in place.text[: place.column] or "{" in place.text[: place.column]:
        return Fault(problem, Repair(Means.LEAVE_OUT, place.line))
    return Fault(problem, Repair(Means.QUOTE, place.line, place.column, len(place.text)))


def meaning(halt: Halt) -> Fault | None:
    """Explain a text that starts with a character that has a meaning in YAML."""
    contexts = ("scanning a tag", "scanning an alias", "scanning an anchor", "scanning a block scalar")
    if "cannot start any token" in halt.problem:
        line, column = halt.line, halt.column
    elif halt.context.endswith(contexts) or "tag handle" in halt.problem:
        line, column = halt.opened.line, halt.opened.column
    else:
        return None
    return unquoted.meaning(halt.source, line, column)


def after_closing(halt: Halt) -> Fault | None:
    """Explain text behind a closing quote."""
    if not halt.touches_last or halt.last.style not in ("'", '"'):
        return None
    place = unquoted.rest(halt.source, halt.line, halt.last.start_mark.column + 1)
    text = unquoted.typed(place)
    if text[-1] == text[0]:
        text = text[1:-1]
    return unquoted.quote(place, "text after the closing quote", f"quote all of it: {unquoted.quoted(text)}")
