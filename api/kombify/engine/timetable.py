"""The list of schedules: adding, changing, removing. Whoever changes when one is due decides when it is due next."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kombify.engine.errors import EngineError, NotFound
from kombify.engine.schedules import WANTED, next_time
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Schedule


class Timetable:
    """All schedules of all stacks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    def checked(request: dict[str, Any]) -> dict[str, Any]:
        """Return a request in full; what nothing can launch raises here and not when it is due."""
        return WANTED.validate_python(request).model_dump(mode="json")

    def find(self, name: str) -> Schedule:
        """Return a schedule, or raise :class:`NotFound`."""
        with self._database.read() as session:
            return _found(session, name)

    def add(self, name: str, stack: str, cron: str, request: dict[str, Any], **more: Any) -> Schedule:
        """Add a schedule; ``more`` are other columns. Raises :class:`EngineError` when the name is taken."""
        schedule = Schedule(name=name, stack=stack, cron=cron, request=self.checked(request), **more)
        schedule.timezone = schedule.timezone or "UTC"
        schedule.next_at = next_time(cron, schedule.timezone, now())
        try:
            with self._database.begin() as session:
                session.add(schedule)
        except IntegrityError:
            raise EngineError(
                f"there is a schedule '{name}' already", "take another name, or change that one"
            ) from None
        return schedule

    def change(self, name: str, **values: Any) -> Schedule:
        """Set columns of a schedule. One that is switched on again does not make up for the time that it was off."""
        if "request" in values:
            values["request"] = self.checked(values["request"])
        with self._database.begin() as session:
            schedule = _found(session, name, for_update=True)
            for column, value in values.items():
                setattr(schedule, column, value)
            if values.keys() & {"cron", "timezone", "enabled"}:
                schedule.next_at = next_time(schedule.cron, schedule.timezone, now())
        return schedule

    def remove(self, name: str) -> None:
        """Remove a schedule. What it launched goes on."""
        with self._database.begin() as session:
            if session.scalar(delete(Schedule).where(Schedule.name == name).returning(Schedule.id)) is None:
                raise _unknown(name)


def _found(session: Session, name: str, *, for_update: bool = False) -> Schedule:
    wanted = select(Schedule).where(Schedule.name == name)
    schedule = session.scalar(wanted.with_for_update() if for_update else wanted)
    if schedule is None:
        raise _unknown(name)
    return schedule


def _unknown(name: str) -> NotFound:
    return NotFound(f"there is no schedule '{name}'", "see: kombify schedule list")
