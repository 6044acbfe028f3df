"""A disk without room: nothing is left half done, and what has to be written waits."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from kombify.runner import job as job_module
from kombify.runner import process, transcript
from kombify.runner.events import Redactor
from kombify.runner.job import Job, jobs_folder, make_job
from kombify.runner.request import Request
from kombify.runner.status import State, Status
from kombify.runner.transcript import Transcript

REQUEST = Request(playbook="kombify.stack.site", inventories=("/home/kombination.yaml",))


def no_room(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_job_that_cannot_be_made_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = jobs_folder(tmp_path)
    monkeypatch.setattr(job_module, "write_private", no_room)
    with pytest.raises(OSError, match="No space"):
        make_job(jobs, REQUEST)
    assert list(jobs.iterdir()) == []


def test_how_a_job_ended_is_written_as_soon_as_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job(jobs_folder(tmp_path), REQUEST)
    real = Job.record
    monkeypatch.setattr(Job, "record", no_room)
    monkeypatch.setattr(process.time, "sleep", lambda _seconds: monkeypatch.setattr(Job, "record", real))
    process._record(job, Status(State.SUCCESSFUL))
    assert job.recorded().state is State.SUCCESSFUL


def test_a_job_whose_folder_is_gone_waits_for_no_room(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        process._record(Job(tmp_path / "gone" / "job"), Status(State.SUCCESSFUL))


def test_the_last_events_are_written_when_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job(jobs_folder(tmp_path), REQUEST)
    said = Transcript(job, Redactor())
    real = os.write
    monkeypatch.setattr(transcript.os, "write", lambda handle, data: real(handle, data[:10]))
    said.write("what fits in part\n")
    monkeypatch.setattr(transcript.os, "write", no_room)
    said.write("what does not fit\n")
    monkeypatch.setattr(transcript.time, "sleep", lambda _seconds: monkeypatch.setattr(transcript.os, "write", real))
    said.close()
    events = [json.loads(line) for line in job.events.read_text().splitlines()]
    assert [(event["counter"], event["stdout"]) for event in events] == [
        (1, "what fits in part"),
        (2, "what does not fit"),
    ]
