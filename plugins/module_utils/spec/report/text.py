# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Problems as text for people: the place, the source line, carets below it, what to do, and second places."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Related, Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.visible import cells, pieces, visible

MAX_COLUMNS = 120

_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
_BOLD, _DIM = "1", "2"
_GUTTER = " " * 7


def text_report(problems: Iterable[Problem], *, color: bool = False) -> str:
    """Return a report that ends with its counts; problems stay in their order."""
    found = list(problems)
    return "\n".join([*report_lines(found, color=color), counts(found)])


def report_lines(problems: Iterable[Problem], *, color: bool = False) -> list[str]:
    """Return the lines of a report without its counts."""
    return [line for problem in problems for line in _lines(problem, _Paint(color))]


def counts(problems: Iterable[Problem]) -> str:
    """Return ``2 errors, 1 warning``; notes are named when there are any."""
    kinds = [problem.severity for problem in problems]
    shown = [kind for kind in Severity if kind is not Severity.NOTE or kind in kinds]
    return ", ".join(f"{kinds.count(kind)} {kind}{'' if kinds.count(kind) == 1 else 's'}" for kind in shown)


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._color and text else text


def _lines(problem: Problem, paint: _Paint) -> list[str]:
    place, tone = problem.place, _COLORS[problem.severity]
    head = paint(f"{visible(str(place))}:", _BOLD)
    lines = [f"{head} {paint(f'{problem.severity} {problem.code}', tone)} {visible(problem.message)}"]
    hints = [visible(line) for line in problem.hint.split("\n")]
    if place.text:
        shown, before, below = _excerpt(place)
        lines.append(paint(f"{place.line:>6} |", _DIM) + f" {shown}".rstrip())
        hint = f"{before}{paint('^' * below, tone)} {hints[0]}".rstrip()
        lines.append(f"{paint(f'{_GUTTER}|', _DIM)} {hint}")
        lines += [f"{paint(f'{_GUTTER}|', _DIM)} {before}{' ' * below} {more}" for more in hints[1:]]
    elif problem.hint:
        lines += [f"{paint(f'{_GUTTER}=', _DIM)} {hint}" for hint in hints]
    return lines + [_related(related, paint) for related in problem.related]


def _excerpt(place: Place) -> tuple[str, str, int]:
    """Return the visible part of a source line, the spaces before its carets, and how many carets there are."""
    text, skipped = place.excerpt(MAX_COLUMNS)
    start = place.column - 1 - skipped
    shown = pieces(text)
    left = "…" if skipped else ""
    right = "…" if skipped + len(text) < len(place.text) else ""
    indent = len(left) + cells("".join(shown[:start]))
    width = cells("".join(shown[start : start + place.width]))
    return left + "".join(shown) + right, " " * indent, max(1, width)


def _related(related: Related, paint: _Paint) -> str:
    place = related.place
    text = place.text.strip()
    text = text if len(text) <= MAX_COLUMNS else text[:MAX_COLUMNS] + "…"
    line = f" {visible(related.message)}: {visible(str(place))}   {visible(text)}".rstrip()
    return f"{paint(f'{_GUTTER}=', _DIM)}{line}"
