"""What a run in check mode found to be different: from its events to a list of differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kombify.store.models import Event

LONGEST = 4_000
"""Characters that are kept of what there is and of what there should be; the events have more."""
TOLD = ("runner_on_ok", "runner_on_failed", "runner_on_unreachable")

Difference = dict[str, Any]
"""``kind`` is ``changed``, ``failed`` or ``unreachable``: of a host that failed nobody knows all that is different."""


def differences_of(session: Session, job_id: int) -> list[Difference]:
    """Return the differences that a job in check mode found, in the order in which it found them."""
    columns = (Event.event, Event.host, Event.role, Event.task, Event.failed, Event.data)
    worth = (Event.event.in_(TOLD), or_(Event.changed, Event.failed))
    events = session.execute(select(*columns).where(Event.job_id == job_id, *worth).order_by(Event.counter))
    return list(differences(event._asdict() for event in events))


def differences(events: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    """Yield what events say: one difference for each thing that a task would change on a host."""
    for event in events:
        told = {"host": event["host"], "role": event["role"], "task": event["task"]}
        result = event["data"].get("res") or {}
        if event["failed"]:
            kind = "unreachable" if event["event"] == "runner_on_unreachable" else "failed"
            yield {"kind": kind, **told, "what": "", "before": "", "after": "", "message": _short(result.get("msg"))}
        else:
            yield from ({"kind": "changed", **told, **what} for what in _changes(result))


def by_host(found: Iterable[Difference]) -> dict[str, int]:
    """Return how many things are different on each host."""
    counts: dict[str, int] = {}
    for one in found:
        if one["kind"] == "changed":
            counts[one["host"]] = counts.get(one["host"], 0) + 1
    return counts


def _changes(result: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the changes of a result; a loop has a result for each of its items."""
    items = result.get("results")
    if isinstance(items, list):
        for item in items:
            if isinstance(item, Mapping) and item.get("changed") is True:
                yield from _changes(item)
        return
    diffs = result.get("diff") or []
    shown = [one for one in (diffs if isinstance(diffs, list) else [diffs]) if isinstance(one, Mapping) and one]
    message = _short(result.get("msg"))
    for diff in shown or [{}]:
        yield {**_sides(diff), "message": message}


def _sides(diff: Mapping[str, Any]) -> dict[str, str]:
    header = diff.get("before_header") or diff.get("after_header") or ""
    after = diff.get("after", diff.get("prepared"))
    return {"what": _short(header), "before": _short(diff.get("before")), "after": _short(after)}


def _short(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
