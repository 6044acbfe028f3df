# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References inside kits, ``${requires.db.host}``: which ones there are, and what they may name.

A trailing ``?`` marks what may be absent: a value that is nothing but the reference, and a sentence
of ``after``, is then left out; inside a longer text the reference becomes empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.kits.capabilities import OUTPUTS
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean

_REFERENCE = re.compile(r"(?<!\$)\$\{([^{}]*)\}")

_FIXED = {
    "resources": ("k8s", "cpu", "memory"),
    "service": ("name", "namespace", "host"),
    "stack": ("name", "domain", "timezone"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference and the path of the text that holds it; ``$${`` is a literal."""

    text: str
    path: tuple[str | int, ...]

    @property
    def steps(self) -> list[str]:
        """The words between the dots, without the ``?`` that marks what may be absent."""
        return self.text.removesuffix("?").split(".")


def references(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Reference]:
    """Find all references in plain data."""
    if isinstance(value, str):
        if "${" in value:
            for match in _REFERENCE.finditer(value):
                yield Reference(match[1], path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*path, index))


def fault(reference: Reference, kit: Kit) -> tuple[str, str] | None:
    """Return what is wrong with a reference and what to do, or None."""
    steps = reference.steps
    known: tuple[str, ...] = _ROOTS
    for depth, step in enumerate(steps):
        if step not in known:
            words = ", ".join(known) or "nothing"
            where = ".".join(steps[:depth])
            message = f"'${{{reference.text}}}' names '{step}', which {where or 'a kit'} does not have"
            return message, did_you_mean(step, known, f"known: {words}")
        known = _below(steps[: depth + 1], kit)
    if known and steps[0] != "params":
        return f"'${{{reference.text}}}' stops halfway", f"go on with one of: {', '.join(known)}"
    if _may_be_absent(reference, kit):
        return f"'${{{reference.text}}}' may be absent", f"write ${{{reference.text}?}}, or put it under when:"
    return None


def _may_be_absent(reference: Reference, kit: Kit) -> bool:
    """Tell whether a reference lacks the ``?`` although there may be nothing behind it."""
    root, name = reference.steps[:2]
    if reference.text.endswith("?") or ("when", name) in pairwise(reference.path):
        return False
    if root == "params":
        param = kit.params[name]
        return param.optional and param.default is None
    return root == "requires" and kit.requires[name].optional and kit.requires[name].bundled is None


_ROOTS = ("params", "requires", "volumes", "ports", "containers", *_FIXED)


def _below(steps: list[str], kit: Kit) -> tuple[str, ...]:
    """Return what may follow the steps."""
    root = steps[0]
    if len(steps) == 1:
        return _FIXED.get(root) or tuple(getattr(kit, root))
    if len(steps) > 2:
        return ()
    if root == "requires":
        return OUTPUTS[kit.requires[steps[1]].type]
    leaves = {"params": ("ref",), "volumes": ("size", "storage_class", "name"), "containers": ("host",)}
    return leaves.get(root, ())
