"""Following a job: whole lines, from any offset on, to the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kombify.runner.follow import follow
from kombify.runner.job import Job, jobs_folder, make_job
from kombify.runner.processes import MARK
from kombify.runner.request import Request
from kombify.runner.status import State, Status


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job that has ended."""
    made = make_job(jobs_folder(tmp_path), Request(playbook="x", inventories=()))
    made.record(Status(State.SUCCESSFUL))
    return made


@pytest.fixture
def living(job: Job) -> Iterator[int]:
    """The number of a process that belongs to the job."""
    environment = {**os.environ, MARK: str(job.folder)}
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
    yield process.pid
    process.kill()
    process.communicate()


def write(job: Job, *numbers: int) -> None:
    with job.events.open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps({'counter': number})}\n" for number in numbers)


def read(job: Job, offset: int = 0) -> list[int]:
    return [recorded.event["counter"] for recorded in follow(job, offset) if recorded is not None]


def test_all_events_of_a_job_that_ended_are_read(job: Job) -> None:
    write(job, 1, 2, 3)
    assert read(job) == [1, 2, 3]


def test_a_reader_who_comes_again_goes_on_where_it_stopped(job: Job) -> None:
    write(job, 1, 2, 3)
    offset = next(recorded.offset for recorded in follow(job) if recorded and recorded.event["counter"] == 2)
    assert read(job, offset) == [3]


def test_a_line_that_was_cut_off_is_no_event(job: Job) -> None:
    write(job, 1)
    with job.events.open("a", encoding="utf-8") as file:
        file.write('{"counter": 2')
    assert read(job) == [1]


def test_a_job_that_never_wrote_anything_ends(job: Job) -> None:
    assert read(job) == []


def test_a_killed_job_ends_too(job: Job) -> None:
    job.record(Status(State.RUNNING, pid=2**22 + 1))
    write(job, 1)
    assert read(job) == [1]


def test_events_that_come_while_reading_are_read(job: Job, living: int) -> None:
    job.record(Status(State.RUNNING, pid=living))
    write(job, 1)
    seen = []
    for recorded in follow(job):
        if recorded is not None:
            seen.append(recorded.event["counter"])
        elif seen == [1]:
            write(job, 2)
        else:
            job.record(Status(State.SUCCESSFUL))
    assert seen == [1, 2]
