# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a spec: from a path to typed objects, with every problem on the way."""

from __future__ import annotations

from collections.abc import Sequence as Listing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.documents import (
    laid_over,
    read_document,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.expand import (
    Entry,
    Expansion,
    expand,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import Part
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import (
    Network,
    Node,
    Site,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import (
    Service,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import (
    API_VERSION,
    Stack,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Place,
    Problems,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Scalar,
    closest,
    find,
    key_at,
    layers,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Path as TreePath,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.validate import (
    validate,
    without_numbers,
)

MODELS: dict[str, type[Part]] = {
    "sites": Site,
    "networks": Network,
    "nodes": Node,
    "services": Service,
}

# Supplied where the header lacks it, so that its absence hides nothing else.
_HEADER = {"apiVersion": API_VERSION, "name": "unnamed"}


@dataclass(frozen=True)
class Layer:
    """One step of how a value came about: which layer said what, and where."""

    label: str
    value: Any
    place: Place


@dataclass(frozen=True, eq=False)
class Spec:
    """A spec that was read: its objects, its tree with places, and what is wrong with it.

    ``files`` were read, ``absent`` are included files that were not there: a spec changes when one of them comes.
    """

    path: str
    stack: Stack
    root: Mapping
    entries: dict[str, dict[str, Entry]]
    files: tuple[str, ...]
    absent: tuple[str, ...]
    digest: str
    problems: Problems
    complete: bool

    def _tree(self, path: TreePath) -> tuple[Mapping, TreePath, Entry | None]:
        if len(path) >= 2:
            entry = self.entries.get(str(path[0]), {}).get(str(path[1]))
            if entry is not None:
                return entry.tree, path[2:], entry
        return self.root, path, None

    def place(self, *path: str | int) -> Place:
        """Return where the value at a path stands, or the nearest thing above it; names of ranges count."""
        tree, rest, entry = self._tree(path)
        if entry is not None and not rest:
            return entry.key.place
        return closest(tree, rest).place

    def key_place(self, *path: str | int) -> Place:
        """Return where the key at a path stands."""
        tree, rest, entry = self._tree(path)
        if entry is not None and (not rest or find(tree, rest) is None):
            return entry.key.place
        return key_at(tree, rest).place

    def has(self, *path: str | int) -> bool:
        """Tell whether the user wrote a value at a path."""
        tree, rest, _entry = self._tree(path)
        return find(tree, rest) is not None

    def origin(self, *path: str | int) -> str:
        """Return the origin of a value in one word: ``spec:143:7``, or ``default``."""
        tree, rest, entry = self._tree(path)
        node = find(tree, rest)
        if node is None:
            return "default"
        if entry is not None and not rest:
            node = entry.key
        file = "spec" if node.source.name == self.path else node.source.name
        return f"{file}:{node.line}:{node.column}"

    def why(self, *path: str | int) -> list[Layer]:
        """Return the layers that gave a value, lowest first."""
        _tree, rest, entry = self._tree(path)
        parts = entry.layers if entry is not None else ((str(path[0]) if path else "spec", self.root),)
        chain = []
        for label, tree in parts:
            node = find(tree, rest)
            for one in reversed(list(layers(node))):
                layer = one.source.layer if one.source.layer not in ("spec", label) else ""
                chain.append(Layer(f"{label} ({layer})" if layer else label, one.plain(), one.place))
        return chain


def load_spec(path: Path, *, overlays: Listing[Path] = (), sets: Listing[str] = ()) -> Spec:
    """Read a spec. Nothing is raised for a bad file: look at ``spec.problems``.

    ``overlays`` are files laid over it in their order, ``sets`` are ``path=value`` texts laid over all.
    """
    problems = Problems()
    document = read_document(path, overlays, sets, problems)
    root = laid_over(document.root, document.above)
    expansion = expand(document.root, document.above, problems)
    if document.complete:
        _check_header(root, problems)
    stack = _stack(root, expansion, problems)
    files = tuple(dict.fromkeys(source.name for source in document.sources if source.layer != "--set"))
    return Spec(
        str(path),
        stack,
        root,
        expansion.entries,
        files,
        tuple(document.absent),
        document.digest,
        problems,
        document.complete,
    )


def _stack(root: Mapping, expansion: Expansion, problems: Problems) -> Stack:
    plain = {name: value.plain() for name, value in root.items() if name not in MODELS}
    for section in MODELS:
        _check_section_is_map(section, root, problems)
    for section in ("templates", "overrides", "defaults"):
        node = root.get(section)
        if node is not None and isinstance(plain[section], dict):
            plain[section] = without_numbers(node)
    for section in [name for name, value in plain.items() if value is None]:
        del plain[section]
    stack = validate(Stack, plain, root, (), problems, _HEADER) or Stack.model_validate(_HEADER)
    return stack.model_copy(update={section: _objects(section, expansion, problems) for section in MODELS})


def _check_section_is_map(section: str, root: Mapping, problems: Problems) -> None:
    node = root.get(section)
    if node is None or isinstance(node, Mapping) or node.plain() is None:
        return
    problems.error(
        "K205",
        f"{section} must be a map of names",
        node.place,
        f"write {section}: {{name: {{…}}}}",
    )


def _check_header(root: Mapping, problems: Problems) -> None:
    if _missing(root, "apiVersion"):
        problems.error("K201", "the spec has no apiVersion", root.place, f"add apiVersion: {API_VERSION}")
    if _missing(root, "name"):
        problems.error("K205", "the spec has no name", root.place, "add name: home")


def _missing(root: Mapping, key: str) -> bool:
    node = root.get(key)
    return node is None or (isinstance(node, Scalar) and node.plain() is None)


def _objects(section: str, expansion: Expansion, problems: Problems) -> dict[str, Part]:
    model = MODELS[section]
    found: dict[str, Part] = {}
    for name, entry in expansion.entries[section].items():
        made = validate(model, entry.build(entry.numbers), entry.tree, (section, name), problems)
        if made is not None:
            found[name] = made
    return found
