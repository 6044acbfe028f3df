# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tree of a YAML file in which every value still knows its place.

A tree is also the provenance of a spec: layers are merged tree over tree, the winning node
keeps its own place, and ``below`` remembers the node that it replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place
from ansible_collections.kombify.stack.plugins.module_utils.spec.scalars import resolve

_LINE_BREAK = re.compile("\r\n|[\r\n]")

Path = tuple[str | int, ...]


@dataclass(eq=False)
class Source:
    """A text that was read: the name shown to the user, and its content."""

    name: str
    text: str = field(repr=False)
    layer: str = "spec"
    _lines: list[str] | None = field(default=None, repr=False)

    def line(self, number: int) -> str:
        """Return a line by its number, counted from 1, without its line break."""
        if self._lines is None:
            self._lines = _LINE_BREAK.split(self.text)
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def shows(self, text: str) -> None:
        """Show another text of the same shape in places from now on, such as the words around what was read."""
        self.text, self._lines = text, None

    def hide(self, number: int, stretches: Iterable[tuple[int, int]]) -> str:
        """Make stretches of a line, column and width, unreadable in every place from now on; return the line.

        A stretch of one column goes on to the end of the line.
        """
        line = self.line(number)
        pieces, end = [], 0
        for column, width in sorted(stretches):
            start = max(end, column - 1)
            pieces.append(line[end:start])
            end = max(start, column - 1 + width if width > 1 else len(line))
            pieces.append("*" * (min(end, len(line)) - start))
        line = "".join(pieces) + line[end:]
        if self._lines is not None and 0 < number <= len(self._lines):
            self._lines[number - 1] = line
        return line

    def place(self, line: int, column: int, width: int = 1) -> Place:
        """Return a place in this text together with its line."""
        return Place(self.name, line, column, max(1, width), self.line(line))


@dataclass(eq=False, slots=True)
class Node:
    """Anything in the tree: where it stands, which layer it came from, and what it replaced."""

    source: Source = field(repr=False)
    line: int
    column: int
    width: int = 1
    below: Node | None = field(default=None, kw_only=True)

    @property
    def place(self) -> Place:
        """Where the node stands, counted from 1."""
        return self.source.place(self.line, self.column, self.width)

    def plain(self) -> Any:
        """Return the value as plain Python data."""
        raise NotImplementedError


@dataclass(eq=False, slots=True)
class Scalar(Node):
    """A single value; ``text`` is what was typed, quotes removed."""

    text: str = ""
    quoted: bool = False

    def plain(self) -> Any:
        """Return the YAML 1.2 value; quoted text stays text."""
        return self.text if self.quoted else resolve(self.text)


@dataclass(eq=False, slots=True)
class Sequence(Node):
    """A list of nodes."""

    items: list[Node] = field(default_factory=list)

    def plain(self) -> list[Any]:
        """Return the list as plain data."""
        return [item.plain() for item in self.items]


@dataclass(eq=False, slots=True)
class Mapping(Node):
    """A map whose keys keep their own places."""

    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the map as plain data."""
        return {name: value.plain() for name, (_key, value) in self.entries.items()}

    def get(self, name: str) -> Node | None:
        """Return the value of a key, or None."""
        entry = self.entries.get(name)
        return entry[1] if entry else None

    def key(self, name: str) -> Node:
        """Return the key's own node, or the map itself when the key is not there."""
        entry = self.entries.get(name)
        return entry[0] if entry else self

    def items(self) -> Iterator[tuple[str, Node]]:
        """Iterate over names and values."""
        for name, (_key, value) in self.entries.items():
            yield name, value


def child(node: Node | None, step: str | int) -> Node | None:
    """Return the node one step below, or None."""
    if isinstance(node, Mapping):
        return node.get(str(step))
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def find(node: Node | None, path: Iterable[str | int]) -> Node | None:
    """Return the node at a path, or None when the path leaves the tree."""
    for step in path:
        node = child(node, step)
        if node is None:
            return None
    return node


def closest(node: Node, path: Iterable[str | int]) -> Node:
    """Return the node at a path, or the deepest node on the way there (short forms have no key of their own)."""
    for step in path:
        below = child(node, step)
        if below is None:
            return node
        node = below
    return node


def key_at(node: Node, path: Path) -> Node:
    """Return the key node at a path; the value, or the deepest node on the way, when there is no such key."""
    if not path:
        return node
    parent = find(node, path[:-1])
    if isinstance(parent, Mapping) and str(path[-1]) in parent.entries:
        return parent.key(str(path[-1]))
    return closest(node, path)


def merge(below: Node | None, above: Node) -> Node:
    """Lay one tree over another: maps merge, lists and scalars replace, null removes."""
    if below is None:
        return above
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return replace(above, below=below)
    entries = dict(below.entries)
    for name, (key, value) in above.entries.items():
        if isinstance(value, Scalar) and value.plain() is None and name in entries:
            del entries[name]
        elif name in entries:
            entries[name] = (key, merge(entries[name][1], value))
        else:
            entries[name] = (key, value)
    return Mapping(above.source, above.line, above.column, above.width, entries, below=below)


def layers(node: Node | None) -> Iterator[Node]:
    """Iterate over a value and everything that it replaced, highest layer first."""
    while node is not None:
        yield node
        node = node.below
