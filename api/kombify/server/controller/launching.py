"""Launching a template: once for each launch that a client means, however often it says so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
from sqlalchemy import func, select

from kombify.engine.deployment import Deployments
from kombify.engine.launching import Launched
from kombify.engine.workflow import ROLLED_BACK
from kombify.runner.status import State
from kombify.server.access.callers import Caller
from kombify.server.controller.answers import gone
from kombify.server.controller.catalogue import JOB_TEMPLATE, PLAN, Catalogue, Template
from kombify.server.controller.launch import LaunchBody, job_launch, read_body
from kombify.server.controller.queries import LABEL
from kombify.server.jobs.launching import asked_for
from kombify.server.problems import Problem, wrong_field
from kombify.server.service import Service
from kombify.store.database import Database
from kombify.store.models import Handle, Job

EVENT_LABEL = "eda-event-uuid-"
"""How the label begins with which ansible-rulebook finds the job of an event again."""
FAILED = (State.FAILED, ROLLED_BACK)


class Ordered(NamedTuple):
    """What was launched, and what of the order means nothing here."""

    launched: Launched
    ignored: dict[str, Any]


def order(
    service: Service,
    caller: Caller,
    template: Template,
    given: Mapping[str, Any],
    catalogue: Catalogue,
    key: str | None,
) -> Ordered:
    """Launch a template. It plans and waits for the database: call it in a thread."""
    body, ignored = read_body(template, given, catalogue)
    labels = _labels(service.database, body)
    key = key or _event_key(service.database, caller, template, body, labels)
    if template.kind == JOB_TEMPLATE:
        stack, request = asked_for(service, caller, job_launch(template, body))
        request = request.model_copy(update={"labels": labels})
        return Ordered(service.orders.launch(stack, request, by=caller.name, key=key), ignored)
    deployments = Deployments(service.database, service.stacks, service.orders)
    launch = deployments.plan if template.title == PLAN else deployments.deploy
    return Ordered(launch(template.stack, by=caller.name, key=key, labels=labels), ignored)


def _labels(database: Database, body: LaunchBody) -> tuple[str, ...]:
    """Return the names of the labels that are meant."""
    numbers = list(dict.fromkeys(body.labels or ()))
    if not numbers:
        return ()
    with database.read() as session:
        found = session.execute(select(Handle.id, Handle.name).where(Handle.kind == LABEL, Handle.id.in_(numbers)))
        names = {one.id: one.name for one in found}
    for number in numbers:
        if number not in names:
            raise wrong_field("labels", f'Invalid pk "{number}" - object does not exist.')
    return tuple(names[number] for number in numbers)


def _event_key(
    database: Database, caller: Caller, template: Template, body: LaunchBody, labels: tuple[str, ...]
) -> str | None:
    """Return the key of a launch that ansible-rulebook repeats when it does not know whether it was heard.

    The event and what is asked for make it. After a failed run the same means another try, which its rule asked for.
    """
    event = next((name for name in labels if name.startswith(EVENT_LABEL)), None)
    if event is None:
        return None
    asked = orjson.dumps([template.id, body.model_dump()], option=orjson.OPT_SORT_KEYS)
    key = f"{event} {hashlib.sha256(asked).hexdigest()[:32]} "
    mine = (Job.launched_by == caller.name, Job.launch_key.startswith(key, autoescape=True))
    with database.read() as session:
        tries = session.scalar(select(func.count()).where(*mine, Job.state.in_(FAILED), Job.ended_at.is_not(None)))
    return f"{key}{tries or 0}"


def cancel(service: Service, caller: Caller, job_id: int) -> None:
    """Ask a job to end; AWX calls it a method that is not allowed when it has ended already."""
    if not service.orders.cancel(job_id, by=caller.name):
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, 'Method "POST" not allowed.')


def relaunch(service: Service, caller: Caller, job_id: int, given: Mapping[str, Any]) -> Launched:
    """Launch a job again, on all of its hosts or on those that failed."""
    hosts = given.get("hosts") or "all"
    if hosts not in ("all", "failed"):
        raise wrong_field("hosts", f'"{str(hosts)[:80]}" is not a valid choice.')
    return service.orders.relaunch(job_id, unfinished=hosts == "failed", by=caller.name)


def launchable(catalogue: Catalogue, kind: str, text: str) -> Template:
    """Return the template with this number, or this name; AWX's clients may write ``NAME++ORGANIZATION``."""
    name, _, stack = text.partition("++")
    for one in catalogue.templates:
        by_name = one.name == name and stack in ("", one.stack)
        if one.kind == kind and (str(one.id) == text or by_name):
            return one
    raise gone()
