"""Whatever is killed, and whenever: no job is lost, none runs twice, no event is missing or doubled."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress

import pytest

JOBS = int(os.environ.get("KOMBIFY_TORTURE_JOBS", "3"))
"""Jobs of each of the two stacks."""


def some_time(farm, chance: random.Random) -> None:
    """Wait for a random moment: of the worker's start, or of its work."""
    if chance.random() < 0.7:
        farm.until(farm.ready)
    time.sleep(chance.uniform(0, 4))


def test_a_worker_that_is_killed_at_random_moments_loses_nothing(farm, capsys) -> None:
    chance = random.Random(JOBS)
    launched = [farm.launch(stack) for _ in range(JOBS) for stack in farm.stacks.names()]
    kills = 0
    farm.start()
    while farm.unfinished():
        some_time(farm, chance)
        farm.stop()
        farm.start()
        kills += 1
    farm.stop(how=signal.SIGTERM)
    farm.check()
    assert [job.id for job in farm.jobs()] == launched
    assert {job.state for job in farm.jobs()} == {"successful"}
    for stack in farm.stacks.names():
        ended = [name for word, name in farm.trace(stack) if word == "end"]
        assert ended == [job.title for job in farm.jobs() if job.stack == stack], "not in the order of launches"
    with capsys.disabled():
        print(f"\n{len(launched)} jobs, {kills} kills of the worker: 0 lost, 0 twice, 0 events missing, 0 overlaps")


def test_a_job_whose_own_process_is_killed_is_lost_and_nothing_of_it_goes_on(farm, capsys) -> None:
    chance = random.Random(JOBS)
    launched = [farm.launch(stack) for _ in range(JOBS) for stack in farm.stacks.names()]
    kills: Counter[str] = Counter()
    farm.start()
    while unfinished := farm.unfinished():
        some_time(farm, chance)
        folder = farm.folder_of(chance.choice(unfinished).id)
        pid = folder.recorded().pid if folder is not None else None
        if pid is not None and not folder.status().state.ended:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, signal.SIGKILL)
            kills["job"] += 1
        if chance.random() < 0.5:
            farm.stop()
            farm.start()
            kills["worker"] += 1
    farm.stop(how=signal.SIGTERM)
    farm.check()
    states = Counter(job.state for job in farm.jobs())
    assert set(states) <= {"successful", "lost"}
    assert states.total() == len(launched)
    with capsys.disabled():
        print(f"\n{len(launched)} jobs, kills {dict(kills)}: {dict(states)}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_whose_connections_break_loses_nothing(farm, postgres, capsys) -> None:
    chance = random.Random(JOBS)
    launched = [farm.launch(stack) for _ in range(JOBS) for stack in farm.stacks.names()]
    name = farm.url.split("/")[3].split("?")[0]
    cuts = 0
    farm.start()
    while farm.unfinished():
        time.sleep(chance.uniform(0.1, 2))
        postgres.cut(name)
        cuts += 1
    farm.stop(how=signal.SIGTERM)
    farm.check()
    assert [job.state for job in farm.jobs()] == ["successful"] * len(launched)
    with capsys.disabled():
        print(f"\n{len(launched)} jobs, connections cut {cuts} times: 0 lost, 0 twice")
