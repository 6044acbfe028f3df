# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From files to one tree: the spec, what it includes, overlays on top, and ``--set`` last."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence as Listing
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Problems,
    Related,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import (
    parse,
    read_source,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
    merge,
)

MAX_INCLUDES = 200
HEADER = frozenset({"plugin", "apiVersion", "kind", "include"})


@dataclass
class Document:
    """Everything that was read: the merged tree, the layers above it, and a hash of every file's text."""

    root: Mapping
    above: list[Mapping] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    complete: bool = True

    @property
    def digest(self) -> str:
        """A hash of all that was read, in order."""
        total = hashlib.sha256()
        for source in self.sources:
            total.update(hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).digest())
        return total.hexdigest()


def read_document(path: Path, overlays: Listing[Path], sets: Listing[str], problems: Problems) -> Document:
    """Read a spec with its includes, overlays and ``--set`` values; problems are collected."""
    document = Document(Mapping(Source(str(path), ""), 1, 1))
    document.root = _read_map(path, str(path), "spec", document, problems) or document.root
    _include(path, document, problems)
    for overlay in overlays:
        tree = _read_map(overlay, str(overlay), f"overlay {overlay.name}", document, problems)
        if tree is not None:
            document.above.append(tree)
    for number in range(1, len(sets) + 1):
        tree = _set_value(sets, number, document, problems)
        if tree is not None:
            document.above.append(tree)
    return document


def _read_map(path: Path, name: str, layer: str, document: Document, problems: Problems) -> Mapping | None:
    reading = read_source(path, problems, name=name, layer=layer)
    document.sources.append(reading.source)
    document.complete = document.complete and reading.complete
    if isinstance(reading.root, Mapping):
        return reading.root
    if reading.complete:
        empty = reading.root is None or (isinstance(reading.root, Scalar) and reading.root.plain() is None)
        what = "is empty" if empty else "is not a map of sections"
        place = reading.root.place if reading.root else reading.source.place(1, 1)
        problems.error(
            "K205",
            f"{name} {what}",
            place,
            "start it with: plugin: kombify.stack.kombination",
        )
        document.complete = False
    return None


def _include(path: Path, document: Document, problems: Problems) -> None:
    """Merge included files, which may include others, each once."""
    seen = {os.path.realpath(path)}
    waiting = [(path, item) for item in _included(document.root)]
    while waiting:
        base, (text, optional, node) = waiting.pop(0)
        target = base.parent / text
        if os.path.realpath(target) in seen:
            problems.error(
                "K101",
                f"'{text}' is included twice",
                node.place,
                "include each file once",
            )
            continue
        if len(seen) > MAX_INCLUDES:
            problems.error(
                "K101",
                f"more than {MAX_INCLUDES} files are included",
                node.place,
                "use fewer files",
            )
            return
        seen.add(os.path.realpath(target))
        if not os.path.lexists(target):
            document.absent.append(str(target))
            if not optional:
                hint = "check the path (it counts from this file), or add optional: true"
                problems.error("K101", f"included file '{text}' does not exist", node.place, hint)
            continue
        tree = _read_map(target, str(target), f"include {text}", document, problems)
        if tree is not None:
            waiting += [(target, item) for item in _included(tree)]
            document.root = _combine(document.root, tree, problems)


def _included(tree: Mapping) -> list[tuple[str, bool, Node]]:
    node = tree.get("include")
    found: list[tuple[str, bool, Node]] = []
    for item in node.items if isinstance(node, Sequence) else [node] if node else []:
        if isinstance(item, Scalar) and item.text:
            found.append((item.text, False, item))
        elif isinstance(item, Mapping):
            file, optional = item.get("file"), item.get("optional")
            if isinstance(file, Scalar) and file.text:
                found.append(
                    (
                        file.text,
                        isinstance(optional, Scalar) and optional.plain() is True,
                        file,
                    )
                )
    return found


def _combine(first: Mapping, second: Mapping, problems: Problems) -> Mapping:
    """Put the sections of two files together; an entry that stands in both is K102."""
    entries = dict(first.entries)
    for section, (key, value) in second.entries.items():
        if section in HEADER:
            continue
        present = first.get(section)
        if present is None:
            entries[section] = (key, value)
        elif isinstance(present, Mapping) and isinstance(value, Mapping):
            entries[section] = (
                entries[section][0],
                _combine_section(section, present, value, problems),
            )
        elif isinstance(present, Sequence) and isinstance(value, Sequence):
            joined = [*present.items, *value.items]
            entries[section] = (
                key,
                Sequence(present.source, present.line, present.column, items=joined),
            )
        elif not (section == "name" and value.plain() == present.plain()):
            _twice(section, "", key, first.key(section), problems)
    return Mapping(first.source, first.line, first.column, first.width, entries)


def _combine_section(section: str, first: Mapping, second: Mapping, problems: Problems) -> Mapping:
    entries = dict(first.entries)
    for name, entry in second.entries.items():
        if name in entries:
            _twice(name, f" in {section}", entry[0], entries[name][0], problems)
        else:
            entries[name] = entry
    return Mapping(first.source, first.line, first.column, first.width, entries)


def _twice(name: str, where: str, second: Node, first: Node, problems: Problems) -> None:
    hint = "keep it in one file; use an overlay to change it"
    problems.error(
        "K102",
        f"key '{name}' appears twice{where}",
        second.place,
        hint,
        [Related("first here", first.place)],
    )


def _set_value(sets: Listing[str], number: int, document: Document, problems: Problems) -> Mapping | None:
    """Turn ``services.nextcloud.replicas=2`` into a tree; the texts are the lines of a file called ``--set``."""
    text = sets[number - 1]
    path, equals, value = text.partition("=")
    steps = path.split(".")
    # Read where it stands, so that a problem points into what was typed.
    before = "\n" * (number - 1) + " " * (len(path) + 1)
    reading = parse(before + value if equals else "", problems, name="--set", layer="--set")
    source = reading.source
    source.shows("\n".join(sets))
    document.sources.append(source)
    if not equals or not all(steps):
        hint = "write --set services.nextcloud.replicas=2"
        problems.error("K205", f"'{text}' is not path=value", source.place(number, 1, len(text)), hint)
        return None
    if reading.root is None and not reading.complete:
        return None
    column = len(path) + 1
    tree = Mapping(source, number, 1)
    value_node: Node = reading.root or Scalar(source, number, column + 1, max(1, len(value)))
    for step in reversed(steps):
        column -= len(step) + 1
        key = Scalar(source, number, column + 1, len(step), step, True)
        tree = Mapping(source, number, column + 1, len(step), {step: (key, value_node)})
        value_node = tree
    return tree


def laid_over(root: Mapping, above: Listing[Mapping]) -> Mapping:
    """Return the root with overlays merged on top."""
    for tree in above:
        merged = merge(root, tree)
        root = merged if isinstance(merged, Mapping) else root
    return root
