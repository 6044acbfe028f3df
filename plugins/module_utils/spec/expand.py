# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From entries to things: ranges are counted out, defaults, templates and overrides are laid over each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Problems,
    Related,
    did_you_mean,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import (
    BadRange,
    Build,
    Numbers,
    Pattern,
    compile_tree,
    is_pattern,
    parse_pattern,
    unknown_numbers,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    merge,
)

RANGED = ("sites", "networks", "nodes")
SHORT = {"nodes": "address", "networks": "cidr", "sites": "city"}
MAX_NAMES = 100_000


@dataclass(eq=False, slots=True)
class Entry:
    """One expanded name: the key that declared it, its merged tree, and the layers it was merged from."""

    section: str
    name: str
    key: Scalar
    tree: Mapping
    numbers: Numbers
    build: Build
    layers: tuple[tuple[str, Node], ...]


@dataclass
class Expansion:
    """All entries of the sections in which names may be ranges, and services."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)


def expand(root: Mapping, above: list[Mapping], problems: Problems) -> Expansion:
    """Expand sites, networks, nodes and services of a tree; ``above`` are overlays, lowest first."""
    expansion = Expansion()
    for section in (*RANGED, "services"):
        expansion.entries[section] = _expand_section(section, root, above, problems)
    return expansion


def _expand_section(section: str, root: Mapping, above: list[Mapping], problems: Problems) -> dict[str, Entry]:
    declared = _section(root, section)
    exceptions = _exceptions(section, root, above)
    found: dict[str, Entry] = {}
    patterns: dict[str, Scalar] = {}
    for text, (key, value) in _with_new(declared, exceptions, problems).items():
        pattern = _pattern(text, key, section, problems)
        if pattern is None:
            continue
        if len(found) + pattern.count > MAX_NAMES:
            problems.error(
                "K210",
                f"{section} would have more than {MAX_NAMES:,} names",
                key.place,
                "split the stack",
            )
            return found
        layers = _layers(section, text, value, root, problems)
        _check_numbers(layers, pattern, problems)
        tree = _laid(layers)
        build = compile_tree(tree)
        for name, numbers in pattern.names():
            if name in found:
                _twice(section, name, key, patterns[name], problems)
                continue
            patterns[name] = key
            found[name] = Entry(section, name, key, tree, numbers, build, layers)
    for name, changes in exceptions.items():
        if name in found:
            _lay_exception(found[name], changes, problems)
    return found


def _section(root: Mapping, section: str) -> Mapping | None:
    node = root.get(section)
    return node if isinstance(node, Mapping) else None


Exceptions = dict[str, list[tuple[str, Scalar, Node]]]


def _exceptions(section: str, root: Mapping, above: list[Mapping]) -> Exceptions:
    """Collect what is laid over single names: overrides first, then overlays in their order."""
    found: Exceptions = {}
    if section == "nodes":
        overrides = _section(root, "overrides")
        for name, (key, value) in overrides.entries.items() if overrides else []:
            found.setdefault(name, []).append((f"overrides.{name}", key, value))
    for tree in above:
        part = _section(tree, section)
        for name, (key, value) in part.entries.items() if part else []:
            found.setdefault(name, []).append((tree.source.layer, key, value))
    return found


def _with_new(declared: Mapping | None, exceptions: Exceptions, problems: Problems) -> dict[str, tuple[Scalar, Node]]:
    """Return the declared entries plus those that only an overlay knows; a whole pattern may be overlaid too."""
    entries = dict(declared.entries) if declared else {}
    names = _all_names(entries)
    for name in list(exceptions):
        layered = [(key, value) for label, key, value in exceptions[name] if not label.startswith("overrides.")]
        if not layered or (name in names and name not in entries):
            continue
        key, value = entries.get(name) or layered[0]
        for _key, over in layered if name in entries else layered[1:]:
            value = merge(_as_map(value, "nodes"), _as_map(over, "nodes"))
        entries[name] = (key, value)
        exceptions[name] = [one for one in exceptions[name] if one[0].startswith("overrides.")]
    return entries


def _all_names(entries: dict[str, tuple[Scalar, Node]]) -> set[str]:
    names: set[str] = set()
    for text in entries:
        try:
            names.update(name for name, _numbers in parse_pattern(text).names())
        except BadRange:
            continue
    return names


def _pattern(text: str, key: Scalar, section: str, problems: Problems) -> Pattern | None:
    if section == "services" or not is_pattern(text):
        return Pattern(text, (text,), ())
    try:
        return parse_pattern(text)
    except BadRange as bad:
        problems.error("K210", bad.message, key.place, bad.hint)
        return None


def _as_map(node: Node, section: str) -> Node:
    """Write short forms out: an address alone is a node, nothing at all is an entry with all defaults."""
    if not isinstance(node, Scalar):
        return node
    if node.plain() is None:
        return Mapping(node.source, node.line, node.column, node.width)
    short = SHORT.get(section)
    if short is None:
        return node
    return Mapping(node.source, node.line, node.column, node.width, {short: (node, node)})


def _checked_map(value: Node, section: str, name: str, problems: Problems) -> Node:
    """Return an entry as a map; what is none is reported and counts as an entry with all defaults."""
    found = _as_map(value, section)
    if isinstance(found, Mapping):
        return found
    what = "a list" if isinstance(found, Sequence) else "a single value"
    short = f", or its {SHORT[section]} alone" if section in SHORT else ""
    message = f"{section}.{name} must be a map such as {{key: value}}, not {what}"
    problems.error("K205", message, value.place, f"write {name}: {{…}}{short}")
    return Mapping(value.source, value.line, value.column, value.width)


def _layers(section: str, text: str, value: Node, root: Mapping, problems: Problems) -> tuple[tuple[str, Node], ...]:
    """Return the layers of an entry, lowest first."""
    own = _checked_map(value, section, text, problems)
    layers: list[tuple[str, Node]] = []
    if section in ("nodes", "services"):
        kind = section[:-1]
        defaults = root.get("defaults")
        part = defaults.get(kind) if isinstance(defaults, Mapping) else None
        if isinstance(part, Mapping):
            layers.append((f"defaults.{kind}", part))
    if section == "nodes":
        layers += _templates(own, root, problems)
    return (*layers, (f"{section}.{text}", own))


def _templates(own: Node, root: Mapping, problems: Problems) -> list[tuple[str, Node]]:
    """Return the chain of templates that an entry starts from, lowest first."""
    templates = _section(root, "templates")
    known = templates.entries if templates else {}
    chain: list[tuple[str, Node]] = []
    seen: list[str] = []
    node = own
    while isinstance(node, Mapping):
        start = node.get("from")
        if not isinstance(start, Scalar) or start.plain() is None:
            break
        if start.text in seen:
            path = " -> ".join([*seen, start.text])
            problems.error(
                "K304",
                f"templates start from each other in a circle: {path}",
                start.place,
                "break it",
            )
            break
        if start.text not in known:
            hint = did_you_mean(start.text, known, "add it under templates:")
            problems.error("K304", f"'{start.text}' is not a template", start.place, hint)
            break
        seen.append(start.text)
        node = known[start.text][1]
        chain.insert(0, (f"templates.{start.text}", node))
    return chain


def _laid(layers: tuple[tuple[str, Node], ...]) -> Mapping:
    tree: Node | None = None
    for _label, node in layers:
        tree = merge(tree, node) if isinstance(node, Mapping) else tree
    if isinstance(tree, Mapping):
        return tree
    last = layers[-1][1]
    return Mapping(last.source, last.line, last.column, last.width)


def _lay_exception(entry: Entry, changes: list[tuple[str, Scalar, Node]], problems: Problems) -> None:
    for label, _key, value in changes:
        # The values of overrides are checked with the stack.
        checked = value if label.startswith("overrides.") else _checked_map(value, entry.section, entry.name, problems)
        above = _as_map(checked, entry.section)
        entry.layers = (*entry.layers, (label, above))
    entry.tree = _laid(entry.layers)
    entry.build = compile_tree(entry.tree)


def _check_numbers(layers: tuple[tuple[str, Node], ...], pattern: Pattern, problems: Problems) -> None:
    count = len(pattern.ranges)
    for _label, layer in layers:
        for scalar in scalars(layer):
            for unknown in unknown_numbers(scalar.text, count):
                have = f"'{pattern.text}' has {count} range{'s' if count != 1 else ''}"
                problems.error("K211", f"{unknown} has no range to count", scalar.place, have)


def scalars(node: Node) -> Iterator[Scalar]:
    """Iterate over all values of a tree."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            waiting.extend(value for _key, value in reversed(node.entries.values()))


def _twice(section: str, name: str, key: Scalar, first: Scalar, problems: Problems) -> None:
    what = section[:-1]
    problems.error(
        "K302",
        f"{what} '{name}' is declared by both '{first.text}' and '{key.text}'",
        key.place,
        "make the ranges end where the other begins",
        [Related("first declared here", first.place)],
    )
