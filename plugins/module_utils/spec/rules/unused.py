# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K312: what is declared and never used."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.expand import Entry
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import declared, listing, whole
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, Node, Scalar


def check_unused(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """Warn about networks without nodes, templates without users and backup targets without a policy."""
    if whole(spec, "nodes"):
        used = {node.network for node in spec.stack.nodes.values()}
        _check_networks(spec, used, problems)
    templates = declared(spec, "templates")
    started = set(_started(spec))
    for name in templates:
        if name not in started:
            _unused(spec, problems, f"template '{name}' is declared, but nothing starts from it", "templates", name)
    backups = spec.stack.backups
    targets = {policy.target for policy in backups.policies.values()}
    if len(declared(spec, "backups", "policies")) == len(backups.policies):
        for name in backups.targets:
            if name not in targets:
                message = f"backup target '{name}' is declared, but no policy uses it"
                _unused(spec, problems, message, "backups", "targets", name)


def _unused(spec: Spec, problems: Problems, message: str, *path: str) -> None:
    problems.warning("K312", message, spec.key_place(*path), "remove it, or use it")


def _check_networks(spec: Spec, used: Collection[str | None], problems: Problems) -> None:
    """Look at each key once: a range of networks may be used in part."""
    by_key: dict[int, list[Entry]] = {}
    for entry in spec.entries["networks"].values():
        by_key.setdefault(id(entry.key), []).append(entry)
    for entries in by_key.values():
        empty = [entry.name for entry in entries if entry.name not in used]
        if not empty:
            continue
        key = entries[0].key
        which = "" if len(entries) == 1 else f" of '{key.text}'"
        message = f"network{'s' if len(empty) > 1 else ''} {listing(map(repr, empty))}{which}"
        verb = "are" if len(empty) > 1 else "is"
        problems.warning("K312", f"{message} {verb} declared, but no node is in it", key.place, "remove it, or use it")


def _started(spec: Spec) -> Iterator[str]:
    """Yield the names of the templates that nodes and other templates start from."""
    for entry in spec.entries["nodes"].values():
        for _label, layer in entry.layers:
            yield from _start(layer)
    section = spec.root.get("templates")
    for _name, template in section.items() if isinstance(section, Mapping) else ():
        yield from _start(template)


def _start(layer: Node) -> Iterator[str]:
    start = layer.get("from") if isinstance(layer, Mapping) else None
    if isinstance(start, Scalar):
        yield start.text
