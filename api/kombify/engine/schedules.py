"""Schedules: launch something again and again, once for each time at which it is due.

A launch is known by the schedule's name and the due time, so several workers that find it due at once, or one that is
killed and comes back, launch one job. Times that passed while nobody was there are made up for once. A clock that is
set back repeats nothing: the next time only ever grows.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy import select

from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import EXAMPLES, to_cron
from kombify.engine.deployment import Deployments
from kombify.engine.errors import EngineError, KeyReused
from kombify.engine.launching import Launched, Orders
from kombify.engine.requests import HostName, JobRequest, WorkflowRequest
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Job, Notice, Schedule

AT_ONCE = 100
"""Schedules that one look fires; the rest waits for the next look."""

log = logging.getLogger(__name__)


class LookForDrift(BaseModel, frozen=True, extra="forbid"):
    """Find out where machines are not as the spec says."""

    kind: Literal["drift"] = "drift"
    limit: tuple[HostName, ...] = ()


class Deploy(BaseModel, frozen=True, extra="forbid"):
    """Deploy the stack as its files are then, or only plan to."""

    kind: Literal["deployment"] = "deployment"
    check: bool = False
    prune: bool = False


Wanted = Annotated[JobRequest | WorkflowRequest | LookForDrift | Deploy, Field(discriminator="kind")]
"""What a schedule launches."""
WANTED: TypeAdapter[JobRequest | WorkflowRequest | LookForDrift | Deploy] = TypeAdapter(Wanted)


class Schedules:
    """Fires what is due."""

    def __init__(self, database: Database, orders: Orders, deployments: Deployments) -> None:
        self._database = database
        self._orders = orders
        self._deployments = deployments

    def fire_due(self, moment: datetime | None = None) -> list[int]:
        """Launch what is due, and return the jobs."""
        moment = moment or now()
        with self._database.read() as session:
            due = select(Schedule).where(Schedule.enabled, Schedule.next_at <= moment)
            found = session.scalars(due.order_by(Schedule.next_at).limit(AT_ONCE)).all()
        fired, trouble = [], None
        for schedule in found:
            try:
                fired.append(self._fire(schedule, moment))
            except OSError as error:  # its folder cannot be read or written; that keeps no other one waiting
                trouble = error
        if trouble is not None:
            raise trouble
        return [job_id for job_id in fired if job_id is not None]

    def run_now(self, schedule: Schedule, *, by: str = "", key: str | None = None) -> Launched:
        """Launch what a schedule launches, besides its times."""
        return self._launch(schedule, by, key)

    def _fire(self, schedule: Schedule, moment: datetime) -> int | None:
        """Launch what is due, then wait for the next time. A kill in between finds the job that is there already."""
        assert schedule.next_at is not None  # noqa: S101 - it is due
        key = f"schedule:{schedule.name}:{schedule.next_at.isoformat()}"
        by = f"schedule {schedule.name}"
        job_id: int | None = None
        try:
            job_id = self._launched(by, key) or self._launch(schedule, by, key).id
        except KeyReused:  # another worker launched it in this moment, and the files changed between the two
            job_id = self._launched(by, key)
        except (EngineError, ValidationError) as refusal:
            log.warning("schedule %s: %s", schedule.name, refusal)
            self._tell(schedule, key, str(refusal))
        self._go_on(schedule, job_id, moment)
        return job_id

    def _launch(self, schedule: Schedule, by: str, key: str | None) -> Launched:
        wanted = WANTED.validate_python(schedule.request)
        if isinstance(wanted, LookForDrift):
            return self._deployments.look_for_drift(schedule.stack, limit=wanted.limit, by=by, key=key)
        if isinstance(wanted, Deploy):
            launch = self._deployments.plan if wanted.check else self._deployments.deploy
            return launch(schedule.stack, prune=wanted.prune, by=by, key=key)
        return self._orders.launch(schedule.stack, wanted, by=by, key=key)

    def _launched(self, by: str, key: str) -> int | None:
        with self._database.read() as session:
            return session.scalar(select(Job.id).where(Job.launched_by == by, Job.launch_key == key))

    def _go_on(self, fired: Schedule, job_id: int | None, moment: datetime) -> None:
        """Move to the next time, unless somebody did so already or changed the schedule meanwhile."""
        with self._database.begin() as session:
            schedule = session.get(Schedule, fired.id, with_for_update=True)
            if schedule is not None and schedule.next_at == fired.next_at:
                assert fired.next_at is not None  # noqa: S101 - it was due
                schedule.next_at = next_time(schedule.cron, schedule.timezone, max(moment, fired.next_at))
                schedule.last_job_id = job_id or schedule.last_job_id

    def _tell(self, schedule: Schedule, key: str, why: str) -> None:
        row = {"kind": "schedule", "subject": key, "stack": schedule.stack, "data": {"why": why}, "at": now()}
        with self._database.begin() as session:
            self._database.insert_new(session, Notice, [row])


def next_time(text: str, timezone: str, after: datetime) -> datetime:
    """Return the next time of a schedule after a moment; raise :class:`EngineError` when there is none.

    The text is English or cron, as in the spec. Hours that a time zone skips or has twice in a year fire once.
    """
    cron = to_cron(text)
    if cron is None:
        raise EngineError(f"'{text}' is not a schedule", f"write {EXAMPLES}")
    try:
        return next(CronSim(cron, after.astimezone(ZoneInfo(timezone)))).astimezone(after.tzinfo)
    except (CronSimError, StopIteration):
        raise EngineError(f"'{text}' never comes", "the 30th of February, perhaps") from None
