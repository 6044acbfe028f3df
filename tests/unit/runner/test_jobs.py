"""The folder of a job: who may read it, how it is named, found and removed, and what its status says."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kombify.runner.errors import RunnerError
from kombify.runner.job import (
    KEPT,
    Job,
    find_job,
    jobs_folder,
    jobs_of,
    make_job,
    stack_lock,
    try_stack_lock,
    unfinished,
)
from kombify.runner.process import HAD_ITS_RUN, run_job
from kombify.runner.processes import MARK
from kombify.runner.reconcile import reconcile
from kombify.runner.request import Request, load_request
from kombify.runner.status import State, Status

REQUEST = Request(playbook="kombify.stack.site", inventories=("/home/kombination.yaml",), title="home up")


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    return jobs_folder(tmp_path)


def made(jobs: Path, state: State = State.SUCCESSFUL, pid: int | None = None) -> Job:
    job = make_job(jobs, REQUEST)
    job.record(Status(state, pid=pid))
    return job


@pytest.fixture
def living(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that carries no job's mark."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_job_is_readable_by_its_owner_only(jobs: Path) -> None:
    job = make_job(jobs, replace(REQUEST, variables={"token": "t0ps3cret"}))
    job.record(Status(State.PENDING))
    modes = {path.relative_to(jobs).parts[-1]: stat.S_IMODE(path.stat().st_mode) for path in job.folder.rglob("*")}
    assert modes == {"env": 0o700, "extravars": 0o600, "request.json": 0o600, "status.json": 0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (job.folder, jobs, jobs.parent)} == {0o700}


def test_a_request_keeps_the_names_of_variables_and_not_their_values() -> None:
    request = replace(REQUEST, tags=("prepare",), check=True, variables={"token": "t0ps3cret"})
    assert json.loads(request.dump())["variables"] == ["token"]
    assert load_request(request.dump()) == replace(request, variables={})


def test_names_of_jobs_sort_by_their_age_even_when_the_clock_was_set_back(jobs: Path) -> None:
    (jobs / "29991231-235959-999998").mkdir(parents=True)
    names = [make_job(jobs, REQUEST).id for _ in range(3)]
    assert names == ["29991231-235959-999999", "30000101-000000-000000", "30000101-000000-000001"]


def test_only_the_newest_jobs_are_kept_and_none_that_runs(jobs: Path) -> None:
    running = make_job(jobs, REQUEST)
    environment = {**os.environ, MARK: str(running.folder)}
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
    try:
        running.record(Status(State.RUNNING, pid=process.pid))
        others = [made(jobs) for _ in range(KEPT + 3)]
        kept = [job.id for job in jobs_of(jobs)]
        assert kept == [running.id, *(job.id for job in others[-KEPT:])]
        assert unfinished(jobs) == running
    finally:
        process.kill()
        process.communicate()


def test_jobs_that_somebody_keeps_are_not_removed(jobs: Path) -> None:
    kept = make_job(jobs, REQUEST, kept=True)
    kept.record(Status(State.SUCCESSFUL))
    for _ in range(KEPT + 1):
        made(jobs)
    assert jobs_of(jobs)[0] == kept


def test_a_job_runs_once(jobs: Path) -> None:
    job = made(jobs)
    job.claim.touch()
    assert run_job(job.folder) == HAD_ITS_RUN
    assert job.recorded() == Status(State.SUCCESSFUL)


def test_a_job_is_found_by_the_end_of_its_name(jobs: Path) -> None:
    first, second = made(jobs), made(jobs)
    assert find_job(jobs) == second
    assert find_job(jobs, first.id) == find_job(jobs, first.id[-9:]) == first


def test_a_job_that_is_not_there_is_refused_with_the_newest(jobs: Path) -> None:
    with pytest.raises(RunnerError, match="there are no jobs yet"):
        find_job(jobs)
    job = made(jobs)
    with pytest.raises(RunnerError, match="there is no job 'x'") as caught:
        find_job(jobs, "x")
    assert caught.value.hint == f"the newest is {job.id}"


def test_a_job_whose_process_is_gone_is_lost(jobs: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    job = made(jobs, State.RUNNING, process.pid)
    assert job.status().state is State.LOST
    assert job.recorded().state is State.RUNNING


def test_a_number_that_now_means_another_process_is_not_the_job(jobs: Path, living: subprocess.Popen[bytes]) -> None:
    assert made(jobs, State.RUNNING, living.pid).status().state is State.LOST


def test_what_a_killed_job_left_behind_is_ended_and_written_down(jobs: Path) -> None:
    job = made(jobs, State.RUNNING, 2**22 + 1)  # more than any process has
    orphan = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        env={**os.environ, MARK: str(job.folder)},
        start_new_session=True,
    )
    reconcile(jobs)
    assert orphan.wait() < 0
    orphan.communicate()
    assert job.recorded().state is State.LOST


def test_nothing_is_ended_while_another_job_has_the_stack(jobs: Path) -> None:
    job = made(jobs, State.RUNNING, 2**22 + 1)
    with stack_lock(jobs):
        reconcile(jobs)
    assert job.recorded().state is State.RUNNING


def test_a_stack_has_one_lock(jobs: Path) -> None:
    made(jobs)
    with stack_lock(jobs), try_stack_lock(jobs) as second:
        assert second is False
    with try_stack_lock(jobs) as third:
        assert third is True
