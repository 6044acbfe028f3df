"""Several workers on one database: a dead one's jobs are taken over, a leaving one's too, and nothing overlaps."""

from __future__ import annotations

import signal
from collections import Counter

import pytest

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def both(farm) -> None:
    """Start two workers, and wait until they know each other: each watches the other from then on."""
    for name in ("one", "two"):
        farm.start(name)
        farm.until(lambda name=name: farm.ready(name))
    farm.until(lambda: len(farm.guarded()) == 2)


def test_jobs_of_a_worker_that_is_gone_are_lost_and_the_others_run_elsewhere(farm) -> None:
    both(farm)
    launched = [farm.launch(stack) for _ in range(2) for stack in farm.stacks.names()]
    farm.until(lambda: farm.at_work("two") or farm.at_work("one"))
    gone = "two" if farm.at_work("two") else "one"
    farm.stop(gone)
    farm.gone.add(gone)
    farm.until(lambda: not farm.unfinished())
    farm.stop({"one": "two", "two": "one"}[gone], signal.SIGTERM)
    assert not farm.at_work(gone)
    farm.check()
    states = Counter(job.state for job in farm.jobs())
    assert states["lost"] >= 1
    assert states["lost"] + states["successful"] == len(launched)

    farm.gone.clear()
    farm.start(gone)
    farm.until(lambda: farm.ready(gone))
    farm.stop(gone, signal.SIGTERM)
    farm.check()


def test_a_worker_that_drains_finishes_what_it_began_and_leaves_the_rest(farm) -> None:
    both(farm)
    launched = [farm.launch(stack) for _ in range(2) for stack in farm.stacks.names()]
    farm.until(lambda: farm.at_work("two") or farm.at_work("one"))
    leaving = "two" if farm.at_work("two") else "one"
    farm.stop(leaving, signal.SIGTERM)
    assert not farm.at_work(leaving)
    farm.until(lambda: not farm.unfinished())
    farm.stop({"one": "two", "two": "one"}[leaving], signal.SIGTERM)
    farm.check()
    assert [job.state for job in farm.jobs()] == ["successful"] * len(launched)
