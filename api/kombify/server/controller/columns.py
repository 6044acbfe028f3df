"""Searching and sorting the tables of jobs and events."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_

from kombify.server.controller.query import Filter, Query, as_text, unknown_field, value_of

Read = Callable[[str], Any]
Condition = Callable[[Filter], ColumnElement[bool]]
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def column(expression: ColumnElement[Any], read: Read = as_text) -> Condition:
    """Return how a column is searched."""

    def condition(wanted: Filter) -> ColumnElement[bool]:
        value = value_of(wanted, read)
        if wanted.lookup == "in":
            return expression.in_(value)
        if wanted.lookup in COMPARISONS:
            return COMPARISONS[wanted.lookup](expression, value)  # type: ignore[no-any-return]
        if not isinstance(value, str):
            raise unknown_field("a number", wanted.lookup)
        search: Callable[..., ColumnElement[bool]] = getattr(expression, wanted.lookup)
        return search(value, autoescape=True)

    return condition


def conditions(query: Query, fields: Mapping[str, Condition], kind: str) -> list[ColumnElement[bool]]:
    """Return what has to hold for a row that is asked for."""
    for one in query.filters:
        if one.field not in fields:
            raise unknown_field(kind, one.field)
    all_of = [fields[one.field](one) for one in query.filters if not one.either]
    one_of = [fields[one.field](one) for one in query.filters if one.either]
    return [*all_of, or_(*one_of)] if one_of else all_of


def ordering(words: Iterable[str], sorted_by: Mapping[str, ColumnElement[Any]], kind: str) -> list[ColumnElement[Any]]:
    """Return what rows are sorted by."""
    found: list[ColumnElement[Any]] = []
    for word in words:
        name = word.removeprefix("-")
        if name not in sorted_by:
            raise unknown_field(kind, name)
        found.append(sorted_by[name].desc() if word.startswith("-") else sorted_by[name].asc())
    return found
