# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema of a spec for editors, made from the models: draft-07, which YAML language servers understand.

What the models cannot say is added here: entries with a short form of their own, ranges in the names of entries
and the numbers that they count, and ``null``, which removes what a layer below says.
A schema sees one file: what it allows may still be refused by the rules, what it refuses is always wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.expand import RANGED, SHORT
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import Stack
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import RESERVED

Schema = dict[str, Any]

NUMBERED = {
    "type": "string",
    "pattern": r"\{[0-9]{1,2}([+-][0-9]+)?(:0[0-9])?\}",
    "description": "Counted by the ranges in the name: {1}, the second plus ten {2+10}, with zeros {1:02}.",
}
NODE_NAMES = {
    "pattern": r"^[a-z0-9\[][a-z0-9:\[\]-]*$",
    "not": {"enum": sorted(RESERVED)},
}
# Sections whose entries are merged from layers, and the definitions of those entries.
LAYERED = {"sites": "Site", "networks": "Network", "nodes": "Node", "services": "Service"}
_NULL: Schema = {"type": "null"}


def spec_schema() -> Schema:
    """Return the schema of a ``kombination.yaml``."""
    schema = draft_07(Stack.model_json_schema(by_alias=True))
    definitions = schema["definitions"]
    for name in _below(definitions, [LAYERED[section] for section in RANGED]):
        definitions[name] = _counted(definitions[name])
    for name in LAYERED.values():
        _allow_removal(definitions[name]["properties"])
    properties = schema["properties"]
    for section, name in LAYERED.items():
        properties[section]["additionalProperties"] = _entry(section, name, properties)
    properties["nodes"]["propertyNames"] = NODE_NAMES
    definitions["Numbered"] = NUMBERED
    _allow_removal({name: properties[name] for name in properties if name not in ("apiVersion", "name")}, properties)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "kombination.v1.json",
        "title": "kombination.yaml",
        **schema,
    }


def _entry(section: str, name: str, properties: Schema) -> Schema:
    """Allow an entry in full, left empty, or as the one value that a short form stands for."""
    forms: list[Schema] = [{"$ref": f"#/definitions/{name}"}, _NULL]
    if section in SHORT:
        forms.append({"type": "string", "description": f"Short for {{{SHORT[section]}: …}}."})
    return {"anyOf": forms}


def _allow_removal(properties: Schema, into: Schema | None = None) -> None:
    for key, value in properties.items():
        (properties if into is None else into)[key] = _any_of(value, _NULL)


def _any_of(schema: Schema, other: Schema) -> Schema:
    """Allow something else too; what describes the value stays outside."""
    if schema == {} or (schema.get("anyOf") and other in schema["anyOf"]):
        return schema
    about: Schema = {key: schema[key] for key in ("description", "default", "examples") if key in schema}
    inner = {key: value for key, value in schema.items() if key not in about}
    forms = inner["anyOf"] if inner.keys() == {"anyOf"} else [inner]
    return {"anyOf": [*forms, other], **about}


def _counted(schema: Schema) -> Schema:
    """Allow a range's number wherever a definition asks for anything but free text."""

    def change(part: Schema) -> Schema:
        typed = part.get("type") in ("integer", "number", "boolean") or "enum" in part or "const" in part
        patterned = part.get("type") == "string" and "pattern" in part
        return _any_of(part, {"$ref": "#/definitions/Numbered"}) if typed or patterned else part

    return _changed(schema, change)


def _below(definitions: Schema, names: list[str]) -> list[str]:
    """Return the definitions that some definitions use, themselves included."""
    found = list(names)
    for name in found:
        found += [other for other in _references(definitions[name]) if other not in found]
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def draft_07(schema: Schema) -> Schema:
    """Write a schema of pydantic in the older draft, without what only repeats the names."""
    schema = dict(schema)
    definitions = schema.pop("$defs", {})
    changed = _changed(schema, _plain)
    changed["definitions"] = {name: _changed(definitions[name], _plain) for name in sorted(definitions)}
    changed.pop("title", None)
    return changed


def _plain(part: Schema) -> Schema:
    part = {key: value for key, value in part.items() if key != "title"}
    if part.get("default", 0) is None or isinstance(part.get("default"), dict | list):
        del part["default"]
    reference = part.get("$ref")
    if reference is None:
        return part
    reference = reference.replace("#/$defs/", "#/definitions/")
    others = {key: value for key, value in part.items() if key != "$ref"}
    # Draft-07 ignores what stands beside a reference.
    return {"allOf": [{"$ref": reference}], **others} if others else {"$ref": reference}


def _changed(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Rebuild a schema from the inside out; only real schemas are changed, not maps of names to them."""
    found: Schema = {}
    for key, value in schema.items():
        if key in ("properties", "definitions", "patternProperties"):
            found[key] = {name: _changed(item, change) for name, item in value.items()}
        elif key in ("items", "additionalProperties", "not", "propertyNames") and isinstance(value, dict):
            found[key] = _changed(value, change)
        elif key in ("anyOf", "allOf", "oneOf"):
            found[key] = [_changed(item, change) for item in value]
        else:
            found[key] = value
    return change(found)
