"""Settings that are changed while the service runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from kombify.store.errors import StoreError
from kombify.store.models import Setting

RETENTION = "retention"
SHORTEST_JOBS = 1
"""Days. ansible-rulebook asks for ever about a job that it cannot find any more."""


@dataclass(frozen=True)
class Retention:
    """How many days things are kept after their job has ended."""

    jobs: int = 730
    events: int = 90
    folders: int = 14
    audit: int = 730
    notices: int = 90
    drifts: int = 90
    """The newest one of each stack is always kept."""

    def __post_init__(self) -> None:
        for name, days in asdict(self).items():
            if days < SHORTEST_JOBS:
                raise StoreError(f"retention of {name}: {days} days is too short", f"at least {SHORTEST_JOBS}")
        if self.events > self.jobs:
            raise StoreError("events cannot be kept longer than their jobs", "raise the days of jobs")


def retention(session: Session) -> Retention:
    """Return how long things are kept."""
    row = session.get(Setting, RETENTION)
    return Retention(**row.value) if row is not None else Retention()


def set_retention(session: Session, wanted: Retention) -> None:
    """Keep things as long as wanted from now on."""
    session.merge(Setting(key=RETENTION, value=asdict(wanted)))
