# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The language of `kombination.yaml`: every section and every key, out of the models."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import Stack
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import Duration, format_duration
from pages.markdown import code, page, table
from pages.types import VALUES, models_in, name_of

INTRODUCTION = """\
Editors that know JSON Schema help while writing: [kombination.v1.json](../schema/kombination.v1.json) says the same
as this page. What has no default may be left out, unless it is required. Where a value may be written in several ways,
the shorter one stands for the longer."""


def spec_page() -> str:
    """Return the page."""
    return page(
        "# The language of kombination.yaml",
        INTRODUCTION,
        *(f"## {_title(model)}\n\n{model.__doc__}\n\n{_keys(model)}" for model in _models()),
        "## Values",
        table(("Value", "How it is written"), sorted(VALUES.values(), key=lambda value: value[0].lower())),
    )


def _title(model: type[BaseModel]) -> str:
    return "The file" if model is Stack else model.__name__


def _models() -> list[type[BaseModel]]:
    """Return the models in the order in which a reader meets them: each is followed by those that it is made of."""
    found: dict[type[BaseModel], None] = {}
    waiting: list[type[BaseModel]] = [Stack]
    while waiting:
        model = waiting.pop(0)
        if model not in found:
            found[model] = None
            hints = get_type_hints(model, include_extras=True)
            waiting[:0] = [one for name in model.model_fields for one in models_in(hints[name])]
    return list(found)


def _keys(model: type[BaseModel]) -> str:
    hints = get_type_hints(model, include_extras=True)
    rows = (
        (code(field.alias or name), name_of(hints[name]), _default(field, hints[name]), field.description or "")
        for name, field in model.model_fields.items()
    )
    return table(("Key", "Type", "Default", "Meaning"), rows)


def _default(field: FieldInfo, kind: Any) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if isinstance(default, bool):
        return code(str(default).lower())
    if isinstance(default, int) and Duration in (kind, *get_args(kind)):
        return code(format_duration(default))
    return code(default) if isinstance(default, str | int) else ""
