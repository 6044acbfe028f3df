"""A drained worker finishes what it began, begins nothing, and goes back to work when it may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kombify.engine.errors import EngineError, NotFound
from kombify.store.columns import now
from kombify.store.models import Job, Notice, Run, Worker


def state(bench) -> str:
    with bench.database.read() as session:
        return session.get_one(Worker, "one").state


def test_a_draining_worker_finishes_its_job_and_begins_no_other_until_it_may(working) -> None:
    begun, waits = working.launch("home", "wait"), working.launch("home")
    working.until((working.stacks.folder("home") / "waiting").exists)
    working.engine.roll.want("one", "draining")
    working.until(lambda: state(working) == "draining")
    elsewhere = working.launch("cabin")
    assert working.job(begun).ended_at is None
    (working.stacks.folder("home") / "go").touch()
    working.until(lambda: state(working) == "drained")
    assert working.engine.drained.is_set()
    assert working.job(begun).state == "successful"
    assert {working.job(job).ended_at for job in (waits, elsewhere)} == {None}
    working.engine.roll.want("one", "")
    assert [working.ended(job).state for job in (waits, elsewhere)] == ["successful", "successful"]
    assert state(working) == "running"


def test_a_worker_that_is_restarted_stays_drained(working) -> None:
    working.engine.roll.want("one", "draining")
    working.until(working.engine.drained.is_set)
    working.engine.stop()
    assert state(working) == "drained"
    working.engine.start()
    job = working.launch()
    working.until(working.engine.drained.is_set)
    assert working.job(job).ended_at is None


def test_only_who_is_gone_can_be_forgotten_and_its_old_jobs_with_it(bench) -> None:
    with bench.database.begin() as session:
        session.add(Worker(id="two", state="running"))
        session.add(Job(kind="job", stack="home", state="lost", request={}))
        session.flush()
        session.add(Run(job_id=1, worker="two", folder="x"))
    with pytest.raises(EngineError, match="at work") as refused:
        bench.engine.roll.forget("two")
    assert "drain" in refused.value.hint
    bench.engine.roll.set_state("dead", "two")
    bench.engine.roll.forget("two")
    with bench.database.read() as session:
        assert session.get(Worker, "two") is None
        assert session.get_one(Run, 1).folder_removed


def test_who_was_silent_for_long_can_be_forgotten_where_nobody_declares_it_dead(bench) -> None:
    with bench.database.begin() as session:
        session.add(Worker(id="two", state="running", seen_at=now() - timedelta(hours=1)))
    bench.engine.roll.forget("two")


@pytest.mark.parametrize("what", ["forget", "want"])
def test_an_unknown_worker_is_said_so(bench, what: str) -> None:
    words = ("three", "draining") if what == "want" else ("three",)
    with pytest.raises(NotFound, match="'three'") as refused:
        getattr(bench.engine.roll, what)(*words)
    assert "worker list" in refused.value.hint


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_each_death_is_told_once(bench) -> None:
    roll = bench.engine.roll
    for _ in range(2):
        with bench.database.begin() as session:
            session.merge(Worker(id="two", state="running", guarded=True, beats=7, host="pi"))
        while not roll.rescue(0.0, len):
            pass
    with bench.database.read() as session:
        told = session.query(Notice).all()
    assert [(one.kind, one.data["worker"], one.data["host"]) for one in told] == [("worker_dead", "two", "pi")]
