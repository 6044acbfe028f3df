"""Whose turn it is: the oldest job that waits for a stack, and only one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from kombify.engine.outcome import Leaving, Outcome
from kombify.engine.turns import close, take_turn
from kombify.store.models import Event, Job, StackLease


def impatient(_seconds: float) -> None:
    """Instead of waiting for its turn, a job gives up."""
    raise Leaving


def has_turn(bench, job_id: int) -> bool | None:
    """Tell whether it is the job's turn; None when it would have to wait."""
    try:
        return take_turn(bench.database, job_id, impatient)
    except Leaving:
        return None


def end(bench, job_id: int, state: str = "successful") -> None:
    with bench.database.begin() as session:
        close(session, session.get_one(Job, job_id), Outcome(state))


def test_one_job_of_a_stack_has_its_turn_until_it_ends(bench) -> None:
    first, second, elsewhere = bench.launch(), bench.launch(), bench.launch("cabin")
    assert [has_turn(bench, job_id) for job_id in (first, second, elsewhere)] == [True, None, True]
    assert bench.job(second).state == "waiting"
    end(bench, first)
    assert [has_turn(bench, job_id) for job_id in (first, second)] == [False, True]


def test_who_had_its_turn_has_it_again_after_a_kill(bench) -> None:
    first = bench.launch()
    assert [has_turn(bench, first), has_turn(bench, first)] == [True, True]


def test_the_oldest_of_those_that_wait_is_next(bench) -> None:
    first, second, third = bench.launch(), bench.launch(), bench.launch()
    assert [has_turn(bench, job_id) for job_id in (first, third, second)] == [True, None, None]
    end(bench, first)
    assert [has_turn(bench, job_id) for job_id in (third, second)] == [None, True]


def test_a_job_that_no_worker_has_seen_keeps_nobody_waiting(bench) -> None:
    _unseen, seen = bench.launch(), bench.launch()
    assert has_turn(bench, seen)


def test_a_job_that_is_canceled_while_it_waits_ends(bench) -> None:
    first, second = bench.launch(), bench.launch()
    has_turn(bench, first)
    has_turn(bench, second)
    bench.engine.orders.cancel(second)
    assert has_turn(bench, second) is False
    assert bench.job(second).state == "canceled"


def test_many_workers_at_once_give_one_job_the_stack(bench) -> None:
    jobs = [bench.launch() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        turns = list(pool.map(lambda job_id: has_turn(bench, job_id), jobs))
    assert turns.count(True) == 1
    with bench.database.read() as session:
        assert session.scalars(select(StackLease.job_id)).all() == [jobs[turns.index(True)]]


@pytest.mark.parametrize(("counters", "missing"), [((1, 2, 3), 0), ((1, 3, 6), 3), ((), 0)])
def test_a_job_that_ends_says_how_many_events_are_missing(bench, counters, missing) -> None:
    job_id = bench.launch()
    with bench.database.begin() as session:
        session.add_all([Event(job_id=job_id, counter=counter, event="verbose", data={}) for counter in counters])
    end(bench, job_id)
    assert bench.job(job_id).events_missing == missing


def test_a_job_ends_once(bench) -> None:
    job_id = bench.launch()
    end(bench, job_id, "lost")
    end(bench, job_id, "successful")
    assert bench.job(job_id).state == "lost"
