"""What follows from the end of a job, in the transaction that ends it: so it happens once, whoever is killed when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kombify.engine.drift import Difference, by_host, differences_of
from kombify.engine.events import END
from kombify.runner.status import State
from kombify.store.columns import now
from kombify.store.models import Drift, Event, Job, Notice, Snapshot

LOOKED = (State.SUCCESSFUL, State.FAILED)
"""Ends of a run that saw what it could: one that failed on a host saw the others."""


def after_end(session: Session, job: Job) -> None:
    """Keep what a job that has just ended was for."""
    if job.kind == "workflow":
        if job.state == job.request.get("success"):
            _keep_as_applied(session, job)
        return
    ending = _ending(session, job.id)
    if ending is None:  # such as for a spec that is not valid: nothing was looked at
        return
    said = ending.get("artifact_data")
    job.artifacts = {**(job.artifacts or {}), **(said if isinstance(said, dict) else {})}
    purpose = job.request.get("purpose")
    if purpose in ("plan", "drift") and job.state in LOOKED:
        found = differences_of(session, job.id)
        if purpose == "plan":
            job.artifacts = {**job.artifacts, "differences": found}
        else:
            _keep_drift(session, job, found)


def _ending(session: Session, job_id: int) -> dict[str, Any] | None:
    """Return what Ansible said at its end, with all that the play had set with ``set_stats``."""
    ends = select(Event.data).where(Event.job_id == job_id, Event.event == END).order_by(Event.counter.desc())
    return session.scalar(ends.limit(1))


def _keep_drift(session: Session, job: Job, found: list[Difference]) -> None:
    session.add(Drift(stack=job.stack, job_id=job.id, differences=found))
    hosts = by_host(found)
    if hosts:
        session.add(
            Notice(kind="drift", subject=f"job {job.id}", stack=job.stack, data={"job": job.id, "hosts": hosts})
        )


def _keep_as_applied(session: Session, job: Job) -> None:
    """Remember the files that are deployed now: a rollback of the next deployment goes back to them."""
    snapshot = job.request.get("snapshot")
    if snapshot is not None and not job.request.get("check"):
        row = session.get(Snapshot, snapshot)
        if row is not None:
            row.applied_at = now()
