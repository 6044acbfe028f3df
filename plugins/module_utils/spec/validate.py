# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pydantic's errors in our words and at their places.

A value that is wrong is reported and left out, and the rest is validated again, so that one
wrong key hides neither its neighbours nor the rules that come later.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ansible_collections.kombify.stack.plugins.module_utils.spec.faults import report_fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import (
    has_number,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
)

Model = TypeVar("Model", bound=BaseModel)
MAX_ROUNDS = 8


def validate(
    model: type[Model],
    plain: Any,
    tree: Node,
    path: Path,
    problems: Problems,
    fallback: dict[str, Any] | None = None,
) -> Model | None:
    """Return the model of some plain data; what is wrong goes to ``problems`` and is left out of the model.

    ``fallback`` holds values for keys that must be there, so that one of them never takes the rest with it.
    """
    left_out: set[tuple[int | str, ...]] = set()
    for _round in range(MAX_ROUNDS):
        if fallback:
            plain = {**fallback, **plain}
        try:
            return model.model_validate(plain)
        except ValidationError as error:
            plain = _copied(plain)
            usable = True
            for detail in error.errors(include_url=False):
                # A key that was left out because its value is wrong is not missing.
                if detail["type"] != "missing" or detail["loc"] not in left_out:
                    report_fault(detail, model, tree, path, problems)
                left_out.add(detail["loc"])
                usable = _leave_out(plain, detail["loc"], missing=detail["type"] == "missing") and usable
            if not usable:
                return None
    return None


def without_numbers(node: Node) -> Any:
    """Return plain data without the texts that still wait for the numbers of a range."""
    if isinstance(node, Mapping):
        return {name: without_numbers(value) for name, value in node.items() if not _waits(value)}
    if isinstance(node, Sequence):
        return [without_numbers(item) for item in node.items if not _waits(item)]
    return node.plain()


def _waits(node: Node) -> bool:
    return isinstance(node, Scalar) and has_number(node.text)


def _copied(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {name: _copied(value) for name, value in plain.items()}
    if isinstance(plain, list):
        return [_copied(item) for item in plain]
    return plain


def _leave_out(plain: Any, loc: tuple[int | str, ...], *, missing: bool) -> bool:
    """Remove what an error points at; a map that lacks a key goes as a whole. False when nothing would be left."""
    steps = list(loc[:-1] if missing else loc)
    trail: list[tuple[Any, Any]] = []
    here = plain
    for step in steps:
        if (isinstance(here, dict) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            trail.append((here, step))
        else:
            continue
        here = here[step]  # type: ignore[index]  # a list was only entered with a whole number
    if not trail:
        return False
    container, key = trail[-1]
    if isinstance(container, dict):
        del container[key]
    else:
        container[key] = None
        container[:] = [item for item in container if item is not None]
    return True
