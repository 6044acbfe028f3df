# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References inside a spec, ``${nodes.nas.address}``: where they may stand and what they may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import Part
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import Stack
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean

_REFERENCE = re.compile(r"(?<!\$)\$\{((?:[^{}]|\{[^{}]*\})*)\}")

# What a plan adds to the keys that the user may write.
DERIVED = {"nodes": ("host",), "services": ("host", "port", "url"), "databases": ("host", "port")}
SECTIONS = ("nodes", "services", "networks", "sites", "links", "clusters", "providers", "databases")
WORDS = ("name", "domain", "timezone")

# Fields in which ${…} belongs to another program, and notes.
FOREIGN = frozenset({"vars", "values", "compose", "groups", "keyed_groups", "note", "expr"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: its words between the dots, and whether it may name something absent (``?``)."""

    text: str
    steps: tuple[str, ...]
    optional: bool


def references(text: str) -> Iterator[Reference]:
    """Find all references in a text; ``$${`` is a literal."""
    for match in _REFERENCE.finditer(text):
        words = match[1].strip()
        yield Reference(match[0], tuple(words.removesuffix("?").split(".")), words.endswith("?"))


# What is wrong, and what to do about it; looking for the nearest name takes a while, so only on request.
Fault = tuple[str, Callable[[], str]]


def fault(reference: Reference, stack: Stack, declared: dict[str, Any]) -> Fault | None:
    """Return what is wrong with a reference and what to do about it, or None.

    ``declared`` holds the names of every section, those of wrong entries too.
    """
    root, *rest = reference.steps
    if root == "params":
        return None if len(rest) == 1 else ("needs the name of one parameter", lambda: "write ${params.x}")
    if root in WORDS and not rest:
        return None
    if root not in SECTIONS:
        return f"begins with '{root}', which is nothing to refer to", _nearest(root, (*SECTIONS, "params", *WORDS))
    if len(rest) < 2:
        return "stops halfway", lambda: f"write ${{{root}.NAME.KEY}}"
    name, key, *deeper = rest
    if name not in declared[root]:
        if reference.optional:
            return None
        known = declared[root]
        return f"names '{name}', which is not declared under {root}", lambda: did_you_mean(name, known, _OPTIONAL)
    entry = getattr(stack, root).get(name)
    return _key_fault(root, entry, key, deeper, reference.optional) if entry is not None else None


_OPTIONAL = "declare it, or put a ? at the end to leave it out when absent"


def _key_fault(root: str, entry: Part, key: str, deeper: list[str], optional: bool) -> Fault | None:
    fields = {field.alias or name: name for name, field in type(entry).model_fields.items()}
    if key not in fields:
        known = (*DERIVED.get(root, ()), *sorted(fields))
        return None if key in known else (f"names '{key}', which {root} do not have", _nearest(key, known))
    found: Any = getattr(entry, fields[key])
    for step in deeper:
        if not isinstance(found, dict):
            return None
        if step not in found:
            message = f"names '{step}', which '{key}' does not have"
            return None if optional else (message, partial(did_you_mean, step, found, _OPTIONAL))
        found = found[step]
    return None


def _nearest(word: str, known: tuple[str, ...]) -> Callable[[], str]:
    return lambda: did_you_mean(word, known, f"known: {', '.join(known)}")
