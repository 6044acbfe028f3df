# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a spec, and where: the objects that every rule makes and every report shows.

Rules never raise. They append to a :class:`Problems` collector, so that a file with five
mistakes gets five answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

MAX_MESSAGE = 2_000  # a name can have megabytes, and a message repeats it
MAX_EXCERPT = 240
MAX_WORD = 100


class Severity(StrEnum):
    """How bad a problem is: an error stops, a warning should be mended, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of a file; line and column count from 1, width in characters."""

    file: str
    line: int = 1
    column: int = 1
    width: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def excerpt(self, limit: int = MAX_EXCERPT) -> tuple[str, int]:
        """Return the part of the line that shows the place, and how many characters stand before that part."""
        if len(self.text) <= limit:
            return self.text, 0
        start = min(max(0, self.column - 1 - limit // 3), len(self.text) - limit)
        return self.text[start : start + limit], start

    def as_dict(self) -> dict[str, Any]:
        """Return the place as plain data for JSON; of a long line only the part around the place."""
        text = self.excerpt()[0]
        return {"file": self.file, "line": self.line, "column": self.column, "width": self.width, "text": text}


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that belongs to a problem, such as the first use of an address."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: its code (``K501``), what happened, where, and what to do about it (``hint``)."""

    code: str
    message: str
    place: Place
    hint: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity = Severity.ERROR
    subject: str = ""

    def __post_init__(self) -> None:
        """Cut what no one could read."""
        for name in ("message", "hint"):
            text = getattr(self, name)
            if len(text) > MAX_MESSAGE:
                object.__setattr__(self, name, text[:MAX_MESSAGE] + "…")

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: {self.severity} {self.code} {self.message}{hint}"

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as plain data for JSON, the API and Ansible results."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "hint": self.hint,
            "place": self.place.as_dict(),
            "related": [{"message": other.message, "place": other.place.as_dict()} for other in self.related],
        }


_Key = tuple[str, str, int, int, str]


@dataclass
class Problems:
    """Collects problems; the same code at the same place is kept once and counted."""

    _found: dict[_Key, Problem] = field(default_factory=dict)
    _repeats: dict[_Key, int] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """Keep a problem, unless this code was already reported at this place (a range of nodes repeats itself).

        What is missing has no place of its own: its ``subject`` tells two such problems apart.
        """
        key = (problem.code, problem.place.file, problem.place.line, problem.place.column, problem.subject)
        if key in self._found:
            self._repeats[key] = self._repeats.get(key, 0) + 1
        else:
            self._found[key] = problem

    def repeats(self, code: str, place: Place) -> bool:
        """Count one more of a problem that this place already has; False when it has none, so that it must be added."""
        key = (code, place.file, place.line, place.column, "")
        if key not in self._found:
            return False
        self._repeats[key] = self._repeats.get(key, 0) + 1
        return True

    def change(self, changed: Callable[[Problem], Problem]) -> None:
        """Put another problem in the place of each one."""
        self._found = {key: changed(problem) for key, problem in self._found.items()}

    def extend(self, problems: Iterable[Problem]) -> None:
        """Keep several problems."""
        for problem in problems:
            self.add(problem)

    def error(self, code: str, message: str, place: Place, hint: str = "", related: Iterable[Related] = ()) -> None:
        """Append an error."""
        self.add(Problem(code, message, place, hint, tuple(related)))

    def warning(self, code: str, message: str, place: Place, hint: str = "", related: Iterable[Related] = ()) -> None:
        """Append a warning."""
        self.add(Problem(code, message, place, hint, tuple(related), Severity.WARNING))

    def note(self, code: str, message: str, place: Place, hint: str = "", related: Iterable[Related] = ()) -> None:
        """Append a note."""
        self.add(Problem(code, message, place, hint, tuple(related), Severity.NOTE))

    def sorted(self) -> list[Problem]:
        """Return the problems in the order of the file, each repeat counted in its message."""
        found = [self._counted(key, problem) for key, problem in self._found.items()]
        return sorted(found, key=lambda p: (p.place.file, p.place.line, p.place.column, p.code))

    def _counted(self, key: _Key, problem: Problem) -> Problem:
        more = self._repeats.get(key)
        return replace(problem, message=f"{problem.message} (and {more} more from the same place)") if more else problem

    def count(self, severity: Severity) -> int:
        """Return how many distinct problems have this severity."""
        return sum(1 for problem in self._found.values() if problem.severity is severity)

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops a run."""
        return any(problem.severity is Severity.ERROR for problem in self._found.values())

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.sorted())

    def __len__(self) -> int:
        return len(self._found)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, or None when nothing is close."""
    if len(word) > MAX_WORD:
        return None
    candidates = sorted(set(known))
    match = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=max(1, (len(word) + 1) // 3))
    return str(match[0]) if match else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return ``did you mean 'x'?`` for the nearest known name, else the text given."""
    close = nearest(word, known)
    return f"did you mean '{close}'?" if close else otherwise
