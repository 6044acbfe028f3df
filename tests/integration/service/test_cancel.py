"""Cancellation in every state: what says that it is canceled has no process any more."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pytest

from kombify.runner.job import jobs_folder, stack_lock


def called(name: str) -> list[int]:
    """Return the processes whose first word is this."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        found += [int(path.parent.name)] if words[0] == name.encode() else []
    return found


def end(house, job_id: int) -> float:
    """Cancel a job, and return after how many seconds it was canceled; nothing of it is left by then."""
    began = time.monotonic()
    house.cancel(job_id)
    job = house.ended(job_id)
    seconds = time.monotonic() - began
    assert (job["state"], house.processes(job_id)) == ("canceled", [])
    return seconds


def test_a_job_that_waits_in_line_is_canceled_and_never_runs(house) -> None:
    house.start()
    first = house.launch("wait", note="first")
    house.until(lambda: house.said() == ["first-began"])
    second = house.launch("note", note="second")
    assert house.job(second)["state"] == "pending"
    end(house, second)
    (house.stack("attic") / "go").touch()
    third = house.launch("note", note="third")
    assert [house.ended(job_id)["state"] for job_id in (first, third)] == ["successful"] * 2
    assert house.said() == ["first-began", "first-ended", "third"]


def test_a_job_whose_process_waits_for_somebody_else_on_the_stack_is_canceled(house) -> None:
    house.start()
    folder = jobs_folder(house.stack("attic"))
    folder.mkdir(parents=True)
    with stack_lock(folder):
        job_id = house.launch("note", note="never")
        house.until(lambda: house.job(job_id)["state"] == "waiting" and bool(house.processes(job_id)))
        end(house, job_id)
    assert house.said() == []


@pytest.mark.parametrize("playbook", ["hang", "deaf"])
def test_a_job_that_does_not_want_to_end_is_ended(house, playbook, capsys) -> None:
    house.start()
    job_id = house.launch(playbook)
    house.until(lambda: house.said() == ["began"])
    seconds = end(house, job_id)
    house.check_events(job_id)
    with capsys.disabled():
        print(f"\nplaybook {playbook}: nothing of it left {seconds:.1f} s after the cancellation")


@pytest.mark.parametrize("killed", [False, True], ids=["", "with its service killed meanwhile"])
def test_daemons_that_a_job_started_end_with_it(house, killed) -> None:
    mark = f"daemon-{secrets.token_hex(4)}"
    house.start()
    job_id = house.launch("daemons", mark=mark)
    house.until(lambda: house.said() == ["began"])
    house.until(lambda: len(called(mark)) == 2)
    house.cancel(job_id)
    if killed:
        house.service.kill()
        house.until(house.service.ready)
    assert house.ended(job_id)["state"] == "canceled"
    assert (house.processes(job_id), called(mark)) == ([], [])
