# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Problems as text for people: place, source line, a mark under the fault, what to do, and the second place."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Related, Severity

_WIDEST = 140


def text_report(problems: Iterable[Problem]) -> str:
    """Return a report that ends with its counts, without colour; problems stay in their order."""
    found = list(problems)
    return "\n".join([*report_lines(found), counts(found)])


def report_lines(problems: Iterable[Problem]) -> list[str]:
    """Return the lines of a report without its counts."""
    return [line for problem in problems for line in problem_lines(problem)]


def problem_lines(problem: Problem) -> list[str]:
    """Return the lines about one problem."""
    place = problem.place
    lines = [printable(f"{place}: {problem.severity} {problem.code} {problem.message}")]
    if place.text:
        shown, column = _window(place)
        mark = "^" * max(1, min(place.width, len(shown) - column + 1))
        lines.append(f"{place.line:>6} | {shown}")
        lines.append(f"       | {' ' * (column - 1)}{mark} {printable(problem.hint)}".rstrip())
    elif problem.hint:
        lines.append(printable(f"       = {problem.hint}"))
    lines += [_related_line(related) for related in problem.related]
    return lines


def _related_line(related: Related) -> str:
    return printable(f"       = {related.message}: {related.place}   {related.place.text.strip()[:_WIDEST]}").rstrip()


def _window(place: Place) -> tuple[str, int]:
    """Return the part of a long line that holds the place, and the column in it."""
    text, column = printable(place.text), max(1, place.column)
    if len(text) <= _WIDEST:
        return text.rstrip(), min(column, len(text) + 1)
    start = max(0, min(column - 1 - _WIDEST // 2, len(text) - _WIDEST))
    return text[start : start + _WIDEST], column - start


def counts(problems: Iterable[Problem]) -> str:
    """Return ``2 errors, 1 warning``; notes are named when there are any."""
    kinds = [problem.severity for problem in problems]
    shown = [severity for severity in Severity if severity is not Severity.NOTE or severity in kinds]
    return ", ".join(f"{kinds.count(kind)} {kind}{'' if kinds.count(kind) == 1 else 's'}" for kind in shown)


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: each control character becomes one visible sign."""
    return "".join(
        char if char.isprintable() else " " if char in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
