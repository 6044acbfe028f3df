"""Searching in what was asked for: a text of JSON, in which SQLite and PostgreSQL look in their own ways."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Text, and_, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from kombify.store.models import Job

REQUEST: ColumnElement[str] = type_coerce(Job.__table__.c.request, Text)


class _Playbook(FunctionElement[str]):
    """The playbook that was asked for."""

    type = Text()
    name = "asked_playbook"
    inherit_cache = True


class _HasLabel(FunctionElement[bool]):
    """Whether a label is among those that were asked for."""

    type = Boolean()
    name = "asked_label"
    inherit_cache = True


def asks_for_playbook(playbook: str) -> ColumnElement[bool]:
    """Return what holds for jobs of a playbook as Ansible calls it."""
    return and_(_mentions(playbook), _Playbook(REQUEST) == playbook)


def has_label(name: str) -> ColumnElement[bool]:
    """Return what holds for jobs with a label."""
    return and_(_mentions(name), _HasLabel(REQUEST, literal(name)))


def _mentions(text: str) -> ColumnElement[bool]:
    """Return what holds for few other jobs than those that are meant, and costs less than to read JSON."""
    return REQUEST.contains(orjson.dumps(text).decode(), autoescape=True)


@compiles(_Playbook, "sqlite")
def _playbook_in_sqlite(element: _Playbook, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_extract({_parts(element, compiler, more)[0]}, '$.playbook')"


@compiles(_Playbook, "postgresql")
def _playbook_in_postgresql(element: _Playbook, compiler: SQLCompiler, **more: Any) -> str:
    return f"({_json(_parts(element, compiler, more)[0])} ->> 'playbook')"


@compiles(_HasLabel, "sqlite")
def _label_in_sqlite(element: _HasLabel, compiler: SQLCompiler, **more: Any) -> str:
    request, name = _parts(element, compiler, more)
    return f"EXISTS (SELECT 1 FROM json_each({request}, '$.labels') AS label WHERE label.value = {name})"  # noqa: S608 - bound


@compiles(_HasLabel, "postgresql")
def _label_in_postgresql(element: _HasLabel, compiler: SQLCompiler, **more: Any) -> str:
    request, name = _parts(element, compiler, more)
    labels = f"json_array_elements_text({_json(request)} -> 'labels')"
    return f"EXISTS (SELECT 1 FROM {labels} AS label WHERE label = {name})"  # noqa: S608 - bound


def _json(request: str) -> str:
    """Return the text as JSON of PostgreSQL, which has no NUL, also where it is not asked for."""
    return rf"CAST(replace({request}, '\u0000', '\ufffd') AS json)"


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, more: dict[str, Any]) -> list[str]:
    return [compiler.process(clause, **more) for clause in element.clauses]
