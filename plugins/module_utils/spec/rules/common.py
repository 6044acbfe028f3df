# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules share: what is declared, how a wrong name is answered, how a policy turns a rule up, down or off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import reduce

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Place,
    Problem,
    Problems,
    Related,
    Severity,
    nearest,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, Path, find

# A file with more mistakes than this has another fault than its spelling, and guessing takes time.
MAX_GUESSES = 1000

Rule = Callable[[Spec, Scope, Problems], None]


def declared(spec: Spec, *path: str) -> Collection[str]:
    """Return the names that a section declares, also those whose entry is wrong and was left out of the stack."""
    if len(path) == 1 and path[0] in spec.entries:
        return spec.entries[path[0]].keys()
    section, understood = find(spec.root, path), reduce(getattr, path, spec.stack)
    written = section.entries.keys() if isinstance(section, Mapping) else ()
    return {**dict.fromkeys(written), **understood}  # type: ignore[dict-item]  # a section is a dict of names


def whole(spec: Spec, section: str) -> bool:
    """Tell whether every entry of a section made it into the stack, so that absence means something."""
    return len(spec.entries[section]) == len(getattr(spec.stack, section))


def require(
    spec: Spec, problems: Problems, code: str, message: str, path: Path, section: Path, otherwise: str = ""
) -> None:
    """Report that the last step of ``section`` is not declared there; look for the nearest name only once a place."""
    place = spec.place(*path)
    if not problems.repeats(code, place):
        problems.error(code, message, place, meant(spec, str(section[-1]), path, section[:-1], otherwise))


def meant(spec: Spec, name: str, path: Path, section: Path, otherwise: str) -> str:
    """Return ``did you mean 'x'? (line 5)`` for the nearest declared name, else the text given."""
    known = declared(spec, *(str(step) for step in section))
    close = nearest(name, known) if len(spec.problems) < MAX_GUESSES else None
    if close is None:
        return otherwise
    there = spec.key_place(*section, close)
    line = f"line {there.line}" if there.file == spec.place(*path).file else f"{there.file}:{there.line}"
    return f"did you mean '{close}'? ({line})"


def by_policy(
    problems: Problems,
    mode: str | None,
    code: str,
    message: str,
    place: Place,
    hint: str = "",
    related: Iterable[Related] = (),
) -> None:
    """Report what a policy decides about: a warning, unless it says ``error`` or ``off``."""
    if mode == "off":
        return
    severity = Severity.ERROR if mode == "error" else Severity.WARNING
    problems.add(Problem(code, message, place, hint, tuple(related), severity))


def listing(names: Iterable[str], most: int = 6) -> str:
    """Return names for a sentence, the first few of many."""
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
