"""The tables. A workflow is a row among the jobs: it is launched, waits for its stack, is canceled and ends as they do.

States are the words of :class:`kombify.runner.status.State`; a workflow also has the states of its phases.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kombify.store.columns import Json, Moment, Number, now

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the service."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment, int: Number, str: Text, dict[str, Any]: Json, list[Any]: Json}


class Job(Base):
    """One run of a playbook, or a workflow of several. Ids grow, and are never given twice."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("launched_by", "launch_key"),
        Index("ix_jobs_stack_state_id", "stack", "state", "id"),
        Index("ix_jobs_ended_at", "ended_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    """``job`` or ``workflow``."""
    stack: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(index=True)
    request: Mapped[dict[str, Any]]
    """What was asked for, with secrets as references only."""
    launched_by: Mapped[str] = mapped_column(default="")
    launch_key: Mapped[str | None]
    """The Idempotency-Key: whoever repeats it gets this job again."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    """The workflow that this job is part of."""
    relaunch_of: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    cancel_asked_by: Mapped[str] = mapped_column(default="")
    code: Mapped[int | None]
    """Ansible's exit code."""
    message: Mapped[str] = mapped_column(default="")
    """What happened, when the state does not say it all."""
    events_stored: Mapped[bool] = mapped_column(default=False)
    """True when no event will be added any more."""
    events_missing: Mapped[int] = mapped_column(default=0)
    """Gaps between the counters of the events that were stored."""
    artifacts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the run said about itself with ``set_stats``."""
    origin: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Who took the order, and a digest of each file of the stack that was there: ``{"worker", "files"}``."""
    enqueued: Mapped[int] = mapped_column(default=0)
    """How often the job was given to the durable queue; more than once only when the queue forgot it."""


class StackLease(Base):
    """The one job that may change a stack now."""

    __tablename__ = "stack_leases"

    stack: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), unique=True)
    taken_at: Mapped[datetime] = mapped_column(default=now)


class Run(Base):
    """The one execution of a job: where it is, and how much of what it wrote was stored."""

    __tablename__ = "runs"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    worker: Mapped[str] = mapped_column(index=True)
    folder: Mapped[str]
    """The job's folder on that worker."""
    claimed_at: Mapped[datetime] = mapped_column(default=now)
    offset: Mapped[int] = mapped_column(default=0)
    """Bytes of the events' file that are stored."""
    counter: Mapped[int] = mapped_column(default=0)
    """The highest counter among the stored events."""
    folder_removed: Mapped[bool] = mapped_column(default=False)


class Event(Base):
    """What happened in a job, in the form of AWX's job events, secrets left out."""

    __tablename__ = "events"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    counter: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(default="")
    parent_uuid: Mapped[str] = mapped_column(default="")
    event: Mapped[str]
    host: Mapped[str] = mapped_column(default="")
    play: Mapped[str] = mapped_column(default="")
    task: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")
    changed: Mapped[bool] = mapped_column(default=False)
    failed: Mapped[bool] = mapped_column(default=False)
    start_line: Mapped[int] = mapped_column(default=0)
    end_line: Mapped[int] = mapped_column(default=0)
    stdout: Mapped[str] = mapped_column(default="")
    created_at: Mapped[str] = mapped_column(default="")
    """ISO 8601 in UTC, as the job wrote it."""
    data: Mapped[dict[str, Any]]
    """``event_data``."""


class HostSummary(Base):
    """How one host fared in a job."""

    __tablename__ = "host_summaries"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    ok: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    rescued: Mapped[int] = mapped_column(default=0)
    ignored: Mapped[int] = mapped_column(default=0)
    finished: Mapped[bool] = mapped_column(default=False)
    """True when the run came to its end for this host."""


class Phase(Base):
    """One phase of a workflow: what to run, how to undo it, and the jobs that did so."""

    __tablename__ = "phases"

    workflow_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    state: Mapped[str]
    """The state of the workflow while this phase runs."""
    request: Mapped[dict[str, Any]]
    undo: Mapped[dict[str, Any] | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    undo_job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))


class Worker(Base):
    """A process that runs jobs."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    beats: Mapped[int] = mapped_column(default=0)
    """Grows while the worker lives. Who watches it needs no clock that agrees with the worker's."""
    state: Mapped[str] = mapped_column(default="running")
    """``running``, ``draining``, ``stopped`` or ``dead``."""
    wanted: Mapped[str] = mapped_column(default="")
    """What an operator wants it to do: ``draining``, or nothing."""
    guarded: Mapped[bool] = mapped_column(default=False)
    """Whether it knew of others when it last beat: then its warden ends its jobs before they are taken over."""
    stacks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The stacks that it has, each with a digest of each file that decides what a job does."""
    host: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)


class Token(Base):
    """A key to the API. Only its SHA-256 is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[str]
    """``read``, ``run`` or ``admin``; each may do what the one before may."""
    created_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who changed what, and who was refused."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    who: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    allowed: Mapped[bool] = mapped_column(default=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Schedule(Base):
    """A job or workflow that is launched again and again."""

    __tablename__ = "schedules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(unique=True)
    stack: Mapped[str]
    cron: Mapped[str]
    timezone: Mapped[str] = mapped_column(default="UTC")
    request: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[str] = mapped_column(default="")
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    last_job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))


class Setting(Base):
    """A setting that is changed while the service runs, such as how long events are kept."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


class Handle(Base):
    """The number by which clients of AWX's API know something that we know by name. It is never given twice."""

    __tablename__ = "handles"
    __table_args__ = (UniqueConstraint("kind", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    """``job_template``, ``inventory``, ``label``, …"""
    name: Mapped[str]


class Snapshot(Base):
    """The files of a stack as they were when a deployment of them was begun: what a rollback goes back to."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("stack", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    stack: Mapped[str]
    digest: Mapped[str]
    files: Mapped[dict[str, Any]]
    """Texts by path. They hold references to secrets and no values."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    """When somebody last needed it."""
    applied_at: Mapped[datetime | None]
    """When a deployment of it last came to a good end."""


class Drift(Base):
    """What a run in check mode found to be different from the plan."""

    __tablename__ = "drifts"
    __table_args__ = (Index("ix_drifts_stack_id", "stack", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    stack: Mapped[str]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), unique=True)
    found_at: Mapped[datetime] = mapped_column(default=now)
    differences: Mapped[list[Any]]
    """One for each host and task: what there is, and what there should be."""


class Notice(Base):
    """Something that the service itself has to say, such as drift that it found or a worker that died."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    """What it is about; said once of each, so that whoever is killed while he says it can say it again."""
    stack: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
