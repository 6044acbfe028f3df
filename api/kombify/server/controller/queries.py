"""Reading jobs, their events and labels as AWX's clients search for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.controller.asked import asks_for_playbook, has_label
from kombify.server.controller.catalogue import JOB_TEMPLATE, Catalogue, Template
from kombify.server.controller.columns import Condition, column, conditions, ordering
from kombify.server.controller.query import Filter, Query, as_bool, as_moment, as_number, as_text, value_of
from kombify.server.controller.status import BAD, status_column
from kombify.server.jobs.events import DETAILS, HEAVIEST
from kombify.store.models import Event, Handle, Job, Phase

JOBS = Job.__table__
EVENTS = Event.__table__
LABEL = "label"
TYPES = {"job": "job", "workflow_job": "workflow"}
MOST_OUTPUT = 5_000
"""Events that ``awx … --monitor`` gets at once: it never asks for a second page."""
EVENT_FIELDS: Mapping[str, Condition] = {
    "id": column(EVENTS.c.counter, as_number),
    "counter": column(EVENTS.c.counter, as_number),
    "start_line": column(EVENTS.c.start_line, as_number),
    "end_line": column(EVENTS.c.end_line, as_number),
    "failed": column(EVENTS.c.failed, as_bool),
    "changed": column(EVENTS.c.changed, as_bool),
    **{name: column(EVENTS.c[name]) for name in ("event", "uuid", "parent_uuid", "play", "task", "role")},
    "host_name": column(EVENTS.c.host),
}
EVENT_ORDER: Mapping[str, ColumnElement[Any]] = {
    "id": EVENTS.c.counter,
    "counter": EVENTS.c.counter,
    "start_line": EVENTS.c.start_line,
}


class Found(NamedTuple):
    """The rows of a page, and how many rows all pages have."""

    rows: Sequence[RowMapping]
    total: int


async def jobs_page(
    connection: AsyncConnection, query: Query, catalogue: Catalogue, *fixed: ColumnElement[bool]
) -> Found:
    """Return a page of jobs; what is ``fixed`` holds besides what is asked for."""
    wanted = [*fixed, *conditions(query, _job_fields(catalogue), "Job")]
    sorted_by = {
        "id": JOBS.c.id,
        "created": JOBS.c.created_at,
        "started": JOBS.c.started_at,
        "finished": JOBS.c.ended_at,
        "status": status_column(),
        "name": JOBS.c.stack + ": " + JOBS.c.title,
    }
    order = [*ordering(query.order, sorted_by, "Job"), JOBS.c.id]
    return await _page(connection, select(JOBS).where(*wanted), order, query.first, query.size)


async def one_job(connection: AsyncConnection, job_id: int, kind: str) -> RowMapping | None:
    """Return a job, or a workflow."""
    found = await connection.execute(select(JOBS).where(JOBS.c.id == job_id, JOBS.c.kind == kind))
    return found.mappings().first()


async def events_page(connection: AsyncConnection, job_id: int, query: Query) -> Found:
    """Return a page of the events of a job; ``data`` is JSON as a text."""
    statement, order = _events(job_id, query)
    return await _page(connection, statement.add_columns(DETAILS), order, query.first, query.size)


async def output_page(connection: AsyncConnection, job_id: int, query: Query) -> Found:
    """Return what a job printed, as events without their details: all of it, as long as it is not very heavy."""
    statement, order = _events(job_id, query)
    weights = statement.with_only_columns(func.length(EVENTS.c.stdout)).order_by(*order).limit(MOST_OUTPUT)
    lengths = (await connection.execute(weights)).scalars()
    light = sum(before < HEAVIEST for before in accumulate(lengths, initial=0))
    return await _page(connection, statement, order, 0, light)


def _events(job_id: int, query: Query) -> tuple[Select[Any], list[Any]]:
    """Return what finds events, and their order."""
    wanted = and_(EVENTS.c.job_id == job_id, *conditions(query, EVENT_FIELDS, "JobEvent"))
    order = [*ordering(query.order, EVENT_ORDER, "JobEvent"), EVENTS.c.counter]
    return select(*(one for one in EVENTS.c if one.name != "data")).where(wanted), order


async def phases_of(connection: AsyncConnection, workflow_id: int) -> Sequence[RowMapping]:
    """Return the phases of a workflow."""
    columns = [Phase.__table__.c[name] for name in ("position", "name", "job_id")]
    found = select(*columns).where(Phase.workflow_id == workflow_id).order_by(Phase.position)
    return (await connection.execute(found)).mappings().all()


async def labels_of(connection: AsyncConnection, rows: Iterable[Mapping[Any, Any]]) -> dict[str, int]:
    """Return the numbers of the labels that these jobs have."""
    names = {name for row in rows for name in row["request"].get("labels") or ()}
    if not names:
        return {}
    found = select(Handle.name, Handle.id).where(Handle.kind == LABEL, Handle.name.in_(names))
    return {one.name: one.id for one in await connection.execute(found)}


async def label_names(connection: AsyncConnection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the names of labels by their numbers."""
    found = select(Handle.id, Handle.name).where(Handle.kind == LABEL, Handle.id.in_(list(numbers)))
    return {one.id: one.name for one in await connection.execute(found)}


async def labels_page(connection: AsyncConnection, query: Query) -> Found:
    """Return a page of labels. A label belongs to no organization, so it is found in any."""
    table = Handle.__table__
    fields = {"id": column(table.c.id, as_number), "name": column(table.c.name), "organization": _anything}
    wanted = [table.c.kind == LABEL, *conditions(query, fields, "Label")]
    order = [*ordering(query.order, {"id": table.c.id, "name": table.c.name}, "Label"), table.c.id]
    return await _page(connection, select(table).where(*wanted), order, query.first, query.size)


def of_template(template: Template) -> ColumnElement[bool]:
    """Return what holds for the jobs of a template."""
    of_stack = JOBS.c.stack == template.stack
    if template.kind != JOB_TEMPLATE:
        return and_(of_stack, JOBS.c.kind == "workflow", JOBS.c.title == template.title)
    return and_(of_stack, JOBS.c.kind == "job", asks_for_playbook(template.playbook))


async def _page(connection: AsyncConnection, statement: Select[Any], order: list[Any], first: int, size: int) -> Found:
    counted = select(func.count()).select_from(statement.with_only_columns(statement.selected_columns[0]).subquery())
    count = (await connection.execute(counted)).scalar_one()
    rows = (await connection.execute(statement.order_by(*order).offset(first).limit(size))).mappings().all()
    return Found(rows, count)


def _job_fields(catalogue: Catalogue) -> Mapping[str, Condition]:
    """Return what jobs can be searched for."""

    def template(wanted: Filter) -> ColumnElement[bool]:
        found = [one for one in catalogue.templates if one.id == value_of(wanted, as_number)]
        return of_template(found[0]) if found else false()

    def organization(wanted: Filter) -> ColumnElement[bool]:
        stack = catalogue.stack_with("organization", value_of(wanted, as_number))
        return JOBS.c.stack == stack if stack else false()

    def playbook(wanted: Filter) -> ColumnElement[bool]:
        return or_(false(), *(of_template(one) for one in catalogue.templates if one.title == wanted.text))

    def failed(wanted: Filter) -> ColumnElement[bool]:
        bad = status_column().in_(BAD)
        return bad if value_of(wanted, as_bool) else ~bad

    def kind(wanted: Filter) -> ColumnElement[bool]:
        return JOBS.c.kind == TYPES.get(wanted.text, wanted.text)

    return {
        "id": column(JOBS.c.id, as_number),
        "status": column(status_column()),
        "name": column(JOBS.c.stack + ": " + JOBS.c.title),
        "created": column(JOBS.c.created_at, as_moment),
        "started": column(JOBS.c.started_at, as_moment),
        "finished": column(JOBS.c.ended_at, as_moment),
        "unified_job_node__workflow_job": column(JOBS.c.parent_id, as_number),
        "labels__name": lambda wanted: has_label(value_of(Filter("labels__name", "exact", wanted.text), as_text)),
        "playbook": playbook,
        "organization__name": column(JOBS.c.stack),
        "organization": organization,
        "failed": failed,
        "type": kind,
        **dict.fromkeys(("job_template", "workflow_job_template", "unified_job_template"), template),
    }


def _anything(_wanted: Filter) -> ColumnElement[bool]:
    return Handle.kind == LABEL
