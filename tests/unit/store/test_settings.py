"""How long things are kept can be changed, within reason."""

from __future__ import annotations

import pytest

from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.settings import Retention, retention, set_retention


def test_retention_is_remembered(database: Database) -> None:
    wanted = Retention(jobs=100, events=10, folders=1, audit=50)
    with database.begin() as session:
        assert retention(session) == Retention()
        set_retention(session, wanted)
    with database.read() as session:
        assert retention(session) == wanted


@pytest.mark.parametrize("days", [{"jobs": 0}, {"events": 30, "jobs": 20}])
def test_what_would_lose_recent_jobs_is_refused(days: dict[str, int]) -> None:
    with pytest.raises(StoreError):
        Retention(**days)
