# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One error of pydantic's as a problem of ours: in the user's words, at the user's line, with what to write instead."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Problem,
    Problems,
    did_you_mean,
    nearest,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Path,
    Sequence,
    child,
    key_at,
)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a map such as {key: value}",
    "model_type": "a map such as {key: value}",
    "model_attributes_type": "a map such as {key: value}",
    "list_type": "a list such as [a, b]",
    "tuple_type": "a list such as [a, b]",
}


def report_fault(
    detail: ErrorDetails,
    model: type[BaseModel],
    tree: Node,
    path: Path,
    problems: Problems,
) -> None:
    kind, context = detail["type"], detail.get("ctx", {})
    steps = _real_steps(tree, detail["loc"])
    where = ".".join(str(step) for step in (*path, *steps))
    if kind == "extra_forbidden":
        _unknown_key(detail, model, tree, path, problems)
    elif kind == "missing":
        name = str(detail["loc"][-1])
        inside = ".".join(str(step) for step in (*path, *steps)) or "the spec"
        place = _named(tree, steps).place
        problems.add(Problem("K205", f"{inside} has no '{name}'", place, f"add {name}:", subject=name))
    elif kind.startswith("K"):
        problems.error(
            kind,
            str(context.get("message", "")),
            _value(tree, steps).place,
            str(context.get("hint", "")),
        )
    elif kind in ("literal_error", "enum"):
        _not_allowed(detail, tree, steps, problems)
    else:
        problems.error("K205", *_wrong_type(detail, tree, steps, where))


def _value(tree: Node, steps: Path) -> Node:
    node: Node = tree
    for step in steps:
        node = child(node, step) or node
    return node


def _named(tree: Node, steps: Path) -> Node:
    return key_at(tree, steps) if steps else tree


def _real_steps(tree: Node, loc: tuple[int | str, ...]) -> Path:
    """Return the part of a location that exists in the file; short forms and unions add steps that do not."""
    steps: list[int | str] = []
    node: Node | None = tree
    for step in loc:
        below = child(node, step)
        if below is not None:
            steps.append(step)
            node = below
    return tuple(steps)


def _wrong_type(detail: ErrorDetails, tree: Node, steps: Path, where: str) -> tuple[str, Any, str]:
    node = _value(tree, steps)
    expected = _EXPECTED.get(detail["type"])
    got = _shown(node)
    if expected is None:
        return (
            f"{where}: {detail['msg'][:1].lower()}{detail['msg'][1:]}",
            node.place,
            f"{got} cannot be used here",
        )
    hint = _BOOLEANS.get(got.strip("'").lower(), "") if "bool" in detail["type"] else ""
    return (
        f"{where} must be {expected}, not {got}",
        node.place,
        hint or f"write {expected}",
    )


_BOOLEANS = {
    "yes": "write true",
    "on": "write true",
    "no": "write false",
    "off": "write false",
}


def _shown(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a map"
    if isinstance(node, Sequence):
        return "a list"
    plain = node.plain()
    return "nothing" if plain is None else f"'{plain}'"


def _not_allowed(detail: ErrorDetails, tree: Node, steps: Path, problems: Problems) -> None:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    choices = [choice for choice in expected.replace(" or ", ", ").replace("'", "").split(", ") if choice]
    node = _value(tree, steps)
    got = str(detail["input"])
    close = did_you_mean(got, choices)
    if steps == ("apiVersion",):
        hint = f"known: {', '.join(choices)}; write that one, or use a release that reads yours"
        problems.error("K201", f"'{got}' is not an apiVersion that this release reads", node.place, hint)
        return
    problems.error(
        "K201" if steps == ("kind",) else "K207",
        f"'{got}' is not allowed here",
        node.place,
        f"{close} allowed: {', '.join(choices)}".strip(),
    )


def _unknown_key(
    detail: ErrorDetails,
    model: type[BaseModel],
    tree: Node,
    path: Path,
    problems: Problems,
) -> None:
    loc = detail["loc"]
    name = str(loc[-1])
    place = _named(tree, (*_real_steps(tree, loc[:-1]), name)).place
    known = _known_keys(model, loc[:-1])
    full = (*path, *(str(step) for step in loc[:-1]))
    code, what = _kind_of_key(full)
    inside = f" in {'.'.join(str(step) for step in full)}" if full else ""
    section = f"known keys: {', '.join(known)}" if len(known) <= 14 else "see the reference of the language"
    close = nearest(name, known)
    problems.error(
        code,
        f"unknown {what} '{name}'{inside}",
        place,
        f"did you mean '{close}'?" if close else section,
    )


def _kind_of_key(path: Path) -> tuple[str, str]:
    if not path:
        return "K202", "section"
    if path[0] in ("nodes", "templates", "overrides") or path[:2] == (
        "defaults",
        "node",
    ):
        return "K203", "node key"
    if path[0] == "services" or path[:2] == ("defaults", "service"):
        return "K204", "service key"
    return "K202", "key"


def _known_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that would have been allowed at a location, by walking the model's types."""
    found: Any = model
    for step in loc:
        found = _step(found, step)
    base = _model_in(found)
    return sorted(field.alias or name for name, field in base.model_fields.items()) if base else []


def _step(annotation: Any, step: int | str) -> Any:
    base = _model_in(annotation)
    if base is not None and not isinstance(annotation, types.GenericAlias):
        for name, field in base.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
        return annotation
    inner = [argument for argument in typing.get_args(annotation) if _model_in(argument)]
    return inner[0] if inner else annotation


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
