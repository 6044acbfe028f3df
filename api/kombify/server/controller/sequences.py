"""Searching and sorting short lists that are made anew for each request, such as that of the templates."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from kombify.server.controller.query import Filter, Query, as_number, as_text, unknown_field, value_of

NESTED = {"organization__name": ("summary_fields", "organization", "name"), "type": ("type",)}
MATCHES: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "in": lambda have, values: have in values,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "contains": lambda have, text: text in have,
    "icontains": lambda have, text: text.lower() in have.lower(),
    "startswith": lambda have, text: have.startswith(text),
    "istartswith": lambda have, text: have.lower().startswith(text.lower()),
}
SEARCHED: Mapping[str, Callable[[str], Any]] = {
    "id": as_number,
    "organization": as_number,
    "inventory": as_number,
    "project": as_number,
    "name": as_text,
    "playbook": as_text,
    "type": as_text,
    "organization__name": as_text,
}


def page_of(items: Sequence[Mapping[str, Any]], query: Query, kind: str) -> dict[str, Any]:
    """Return the page that is asked for of a list of answers."""
    all_of = [one for one in query.filters if not one.either]
    one_of = [one for one in query.filters if one.either]
    found = [
        item
        for item in items
        if all(_holds(item, one, kind) for one in all_of)
        and (not one_of or any(_holds(item, one, kind) for one in one_of))
    ]
    for word in reversed(query.order):
        name = word.removeprefix("-")
        if name not in SEARCHED:
            raise unknown_field(kind, name)
        found.sort(key=partial(_place, name), reverse=word.startswith("-"))
    return query.page_of(found[query.first : query.first + query.size], len(found))


def _holds(item: Mapping[str, Any], wanted: Filter, kind: str) -> bool:
    if wanted.field not in SEARCHED:
        raise unknown_field(kind, wanted.field)
    have = _value(item, wanted.field)
    value = value_of(wanted, SEARCHED[wanted.field])
    textual = wanted.lookup.endswith(("contains", "startswith"))
    if have is None or (textual and not isinstance(have, str)):
        return False
    return MATCHES[wanted.lookup](have, value)


def _place(name: str, item: Mapping[str, Any]) -> tuple[bool, Any]:
    value = _value(item, name)
    return value is not None, value


def _value(item: Mapping[str, Any], name: str) -> Any:
    value: Any = item
    for step in NESTED.get(name, (name,)):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
