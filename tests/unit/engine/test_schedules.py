"""Schedules: once for each due time, whoever looks, whoever is killed, whatever the clock does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from kombify.engine.errors import EngineError, NotFound
from kombify.engine.schedules import next_time
from kombify.engine.timetable import Timetable
from kombify.store.models import Job, Notice, Schedule

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "timezone", "after", "expected"),
    [
        ("daily 02:30", "UTC", "2026-11-21T12:00", "2026-11-22T02:30"),
        ("daily 02:30", "Europe/Berlin", "2026-11-21T12:00", "2026-11-22T01:30"),
        ("every 6h", "UTC", "2026-11-21T12:00", "2026-11-21T18:00"),
        ("sunday 03:00", "UTC", "2026-11-22T03:00", "2026-11-29T03:00"),
        ("*/15 8-17 * * 1-5", "UTC", "2026-11-20T17:45", "2026-11-23T08:00"),
        ("monthly 31 04:00", "UTC", "2026-11-21T12:00", "2026-12-31T04:00"),
        ("daily 02:30", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00"),
        ("daily 02:30", "Europe/Berlin", "2026-10-25T01:30", "2026-10-26T01:30"),
    ],
    ids=["english", "time zone", "steps", "never now", "cron", "last day", "spring: skipped hour", "autumn: twice"],
)
def test_the_next_time(text: str, timezone: str, after: str, expected: str) -> None:
    found = next_time(text, timezone, datetime.fromisoformat(f"{after}+00:00"))
    assert found == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize("text", ["soon", "0 0 30 2 *", "61 * * * *"])
def test_what_never_comes_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match=r"is not a schedule|never comes"):
        next_time(text, "UTC", NOON)


@pytest.fixture
def timetable(bench) -> Timetable:
    return Timetable(bench.database)


@pytest.fixture
def hourly(bench, timetable: Timetable) -> Schedule:
    """A schedule that is due at noon."""
    timetable.add("drift", "home", "hourly", {"kind": "drift"})
    due(bench, NOON)
    return timetable.find("drift")


def due(bench, moment: datetime) -> None:
    with bench.database.begin() as session:
        session.scalars(select(Schedule)).one().next_at = moment


def jobs(bench) -> list[Job]:
    with bench.database.read() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def test_it_fires_when_it_is_due_and_once(bench, hourly: Schedule, timetable: Timetable) -> None:
    fire = bench.engine.schedules.fire_due
    assert fire(NOON - timedelta(seconds=1)) == []
    fired = fire(NOON)
    assert fire(NOON) == []
    assert [job.id for job in jobs(bench)] == fired
    assert (jobs(bench)[0].launched_by, jobs(bench)[0].request["purpose"]) == ("schedule drift", "drift")
    after = timetable.find("drift")
    assert (after.next_at, after.last_job_id) == (NOON + HOUR, fired[0])


def test_times_that_were_missed_are_made_up_for_once(bench, hourly: Schedule, timetable: Timetable) -> None:
    late = NOON + 5 * HOUR + timedelta(minutes=10)
    assert len(bench.engine.schedules.fire_due(late)) == 1
    assert bench.engine.schedules.fire_due(late) == []
    assert timetable.find("drift").next_at == NOON + 6 * HOUR


def test_a_clock_that_is_set_back_repeats_nothing(bench, hourly: Schedule, timetable: Timetable) -> None:
    bench.engine.schedules.fire_due(NOON)
    for minutes in (-120, -30, 0, 30, 59):
        assert bench.engine.schedules.fire_due(NOON + timedelta(minutes=minutes)) == []
    assert len(bench.engine.schedules.fire_due(NOON + HOUR)) == 1


def test_one_that_is_off_does_not_fire_and_makes_up_for_nothing(bench, hourly: Schedule, timetable: Timetable) -> None:
    timetable.change("drift", enabled=False)
    due(bench, NOON)
    assert bench.engine.schedules.fire_due(NOON + HOUR) == []
    timetable.change("drift", enabled=True)
    assert timetable.find("drift").next_at > datetime.now(UTC)


def test_a_worker_that_is_killed_after_the_launch_launches_nothing_twice(bench, hourly: Schedule) -> None:
    first = bench.engine.schedules.fire_due(NOON)
    due(bench, NOON)  # as if it had not come to moving to the next time
    assert bench.engine.schedules.fire_due(NOON) == first
    assert len(jobs(bench)) == 1


def test_many_workers_that_look_at_once_launch_one_job(bench, timetable: Timetable, spec: Path) -> None:
    timetable.add("nightly", "home", "hourly", {"kind": "deployment"})
    due(bench, NOON)
    gate = threading.Barrier(8)

    def look() -> None:
        gate.wait()
        bench.engine.schedules.fire_due(NOON)

    workers = [threading.Thread(target=look) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [job.title for job in jobs(bench)] == ["deployment"]
    assert timetable.find("nightly").next_at == NOON + HOUR


def test_a_deployment_that_was_launched_is_not_launched_again_for_files_that_changed(
    bench, timetable: Timetable, spec: Path
) -> None:
    timetable.add("nightly", "home", "hourly", {"kind": "deployment", "check": True})
    due(bench, NOON)
    first = bench.engine.schedules.fire_due(NOON)
    spec.write_text(spec.read_text() + "note: edited\n")
    due(bench, NOON)
    assert bench.engine.schedules.fire_due(NOON) == first


@pytest.fixture
def spec(bench) -> Path:
    return bench.stacks.folder("home") / "kombination.yaml"


def test_a_stack_that_is_gone_is_said_once_and_keeps_nobody_waiting(bench, timetable: Timetable) -> None:
    timetable.add("lost", "gone", "hourly", {"kind": "drift"})
    due(bench, NOON)
    assert bench.engine.schedules.fire_due(NOON) == []
    due(bench, NOON)
    assert bench.engine.schedules.fire_due(NOON) == []
    with bench.database.read() as session:
        assert "no stack 'gone'" in session.scalars(select(Notice)).one().data["why"]
    assert timetable.find("lost").next_at == NOON + HOUR


def test_a_folder_that_cannot_be_written_keeps_no_other_schedule_waiting(
    bench, timetable: Timetable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object, **_more: object) -> None:
        raise OSError("no space left")

    timetable.add("deploy", "home", "hourly", {"kind": "deployment"})
    due(bench, NOON - HOUR)
    timetable.add("drift", "cabin", "hourly", {"kind": "drift"})
    with bench.database.begin() as session:
        session.query(Schedule).filter_by(name="drift").one().next_at = NOON
    monkeypatch.setattr(bench.engine.deployments, "deploy", full)
    with pytest.raises(OSError, match="no space left"):
        bench.engine.schedules.fire_due(NOON)
    assert [job.stack for job in jobs(bench)] == ["cabin"]
    assert timetable.find("deploy").next_at == NOON - HOUR, "it is tried again"


def test_any_job_can_be_scheduled_and_run_besides_its_times(bench, timetable: Timetable) -> None:
    schedule = timetable.add("hello", "home", "hourly", bench.request().model_dump(mode="json"))
    launched = bench.engine.schedules.run_now(schedule, by="me")
    assert bench.job(launched.id).request["playbook"].endswith("hello.yml")
    assert timetable.find("hello").next_at == schedule.next_at


def test_what_cannot_be_launched_or_found_is_refused(timetable: Timetable, hourly: Schedule) -> None:
    with pytest.raises(EngineError, match="there is a schedule 'drift' already"):
        timetable.add("drift", "home", "hourly", {"kind": "drift"})
    with pytest.raises(ValidationError):
        timetable.change("drift", request={"kind": "party"})
    timetable.remove("drift")
    for look in (timetable.find, timetable.remove, timetable.change):
        with pytest.raises(NotFound, match="no schedule 'drift'"):
            look("drift")
