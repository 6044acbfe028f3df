"""Workers: each shows that it lives, and what a silent one had begun is taken over, never run a second time."""

from __future__ import annotations

import pytest

from kombify.engine.engine import Engine
from kombify.engine.errors import EngineError, NotFound
from kombify.engine.settings import EngineSettings
from kombify.engine.workers import Roll
from kombify.store.models import Job, Run, Worker

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class TakenOver(list[str]):
    """Remembers whose work was taken over."""

    def __call__(self, workers: list[str]) -> int:
        self.extend(workers)
        return len(workers)


def state(bench, worker: str) -> str:
    with bench.database.read() as session:
        return session.get_one(Worker, worker).state


@pytest.fixture
def rolls(bench):
    """Two workers that are entered."""
    found = Roll(bench.database, "one"), Roll(bench.database, "two")
    for roll in found:
        roll.enter()
    for roll in found:
        roll.beat()
    return found


@on_postgresql
def test_a_worker_that_beats_is_left_alone(bench, rolls) -> None:
    one, two = rolls
    taken = TakenOver()
    for _ in range(3):
        two.beat()
        assert one.rescue(0.0, taken) == []
    assert (taken, state(bench, "two")) == ([], "running")


@on_postgresql
def test_a_silent_worker_is_dead_and_its_work_is_taken_over_once(bench, rolls) -> None:
    one, _ = rolls
    taken = TakenOver()
    found = [one.rescue(0.0, taken) for _ in range(4)]
    assert found == [[], ["two"], [], []]
    assert (taken, state(bench, "two")) == (["two"], "dead")


@on_postgresql
def test_a_worker_that_was_believed_dead_comes_back(bench, rolls) -> None:
    one, two = rolls
    while not one.rescue(0.0, TakenOver()):
        pass
    two.beat()
    assert state(bench, "two") == "running"


@on_postgresql
def test_a_worker_that_stopped_leaves_its_work_to_others_at_once(bench, rolls) -> None:
    one, two = rolls
    two.set_state("stopped")
    assert one.rescue(3600.0, TakenOver()) == ["two"]


@on_postgresql
def test_a_worker_that_knew_of_no_other_is_waited_for(bench) -> None:
    lonely, late = Roll(bench.database, "lonely"), Roll(bench.database, "late")
    lonely.enter()
    assert lonely.beat() is False
    late.enter()
    assert [late.rescue(0.0, TakenOver()) for _ in range(3)] == [[], [], []]


def test_a_worker_that_leaves_a_job_behind_has_not_stopped(bench, rolls) -> None:
    job_id = bench.launch()
    with bench.database.begin() as session:
        session.add(Run(job_id=job_id, worker="two", folder="x"))
    for roll in rolls:
        roll.leave()
    assert (state(bench, "one"), state(bench, "two")) == ("stopped", "running")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_there_is_one_machine_nobody_is_rescued(rolls) -> None:
    one, _ = rolls
    assert [one.rescue(0.0, TakenOver()) for _ in range(3)] == [[], [], []]


def test_an_unknown_worker_is_said_so(rolls) -> None:
    with pytest.raises(NotFound, match="'three'"):
        rolls[0].set_state("draining", "three")


def test_a_second_worker_of_the_same_name_is_refused(working, tmp_path) -> None:
    settings = EngineSettings(data=tmp_path / "data", worker="one")
    with pytest.raises(EngineError, match="runs already"):
        Engine(working.database, working.stacks, settings).start()


def test_what_a_dead_worker_had_begun_is_lost_and_not_run_again(working) -> None:
    job_id = working.launch("cabin", "wait")
    working.until((working.stacks.folder("cabin") / "waiting").exists)
    (working.stacks.folder("cabin") / "go").touch()
    working.ended(job_id)
    with working.database.begin() as session:
        job = session.get_one(Job, job_id)
        job.state, job.ended_at = "waiting", None
        session.get_one(Run, job_id).worker = "elsewhere"
    assert working.ended(job_id).state == "lost"
    assert "elsewhere" in working.job(job_id).message
