# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K313: references, ``${nodes.nas.address}``, to something that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.expand import Entry, scalars
from ansible_collections.kombify.stack.plugins.module_utils.spec.interpolation import (
    FOREIGN,
    SECTIONS,
    fault,
    references,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import declared
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Node, Path


def check_interpolation(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """Check every reference that this collection resolves; Compose, Helm and Jinja keep their own."""
    known = {section: declared(spec, section) for section in SECTIONS}
    for path, text in _texts(spec):
        for reference in references(text):
            wrong = fault(reference, spec.stack, known)
            place = spec.place(*path)
            if wrong and not problems.repeats("K313", place):
                problems.error("K313", f"'{reference.text}' {wrong[0]}", place, wrong[1]())


def _texts(spec: Spec) -> Iterator[tuple[Path, str]]:
    """Yield every text with a reference; entries of ranges with their numbers filled in."""
    for section, value in spec.root.items():
        if section not in spec.entries and section not in _TEMPLATES and section not in FOREIGN and _mentions(value):
            yield from _inside(value.plain(), (section,))
    for section, entries in spec.entries.items():
        seen: dict[int, bool] = {}
        for name, entry in entries.items():
            if _entry_mentions(entry, seen):
                yield from _inside(entry.build(entry.numbers), (section, name))


# Their values are looked at where they end up.
_TEMPLATES = frozenset({"templates", "overrides", "defaults"})


def _entry_mentions(entry: Entry, seen: dict[int, bool]) -> bool:
    key = id(entry.tree)
    if key not in seen:
        seen[key] = _mentions(entry.tree)
    return seen[key]


def _mentions(node: Node) -> bool:
    return any("${" in scalar.text for scalar in scalars(node))


def _inside(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if "${" in value:
            yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in FOREIGN:
                yield from _inside(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, (*path, index))
