"""The machine loses its power: every process is gone at once, and new ones get the numbers that old ones had."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from kombify.engine.requests import JobRequest
from kombify.runner.job import Job as Folder
from kombify.runner.job import jobs_folder, make_job
from kombify.runner.request import Request
from kombify.runner.status import State, Status
from kombify.store.models import Run

OWN_NUMBERS = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL")
"""A world with process numbers of its own: it ends with its first process, and the next one counts from 1 again."""


def test_after_a_power_cut_what_ran_is_lost_and_what_waited_runs(house) -> None:
    house.service.under = OWN_NUMBERS
    house.start()
    ran = house.launch("wait", note="ran")
    house.until(lambda: house.said() == ["ran-began"])
    waited = house.launch("note", note="waited")
    elsewhere = house.launch("wait", "cellar", note="too")
    house.until(lambda: house.said("cellar") == ["too-began"])
    house.service.kill()
    house.until(house.service.ready)
    (house.stack("attic") / "go").touch()

    assert (house.ended(ran)["state"], house.ended(elsewhere)["state"]) == ("lost", "lost")
    assert house.ended(waited)["state"] == "successful"
    assert (house.said(), house.said("cellar")) == (["ran-began", "waited"], ["too-began"])
    for job_id in (ran, waited, elsewhere):
        house.check_events(job_id)
    assert house.ended(house.launch("note", "cellar", note="after"))["state"] == "successful"


@pytest.mark.parametrize(
    ("written", "end"), [(None, "successful"), (State.WAITING, "successful"), (State.RUNNING, "lost")]
)
def test_only_what_provably_never_started_is_started_again(house, written, end) -> None:
    """What is left when the power goes after the claim of a run: nothing but a folder, a status, or a playbook's."""
    stack = house.stack("attic")
    playbook = str(stack / "playbooks" / "note.yml")
    job_id = house.orders.launch("attic", JobRequest(playbook=playbook, variables={"note": "once"})).id
    left = make_job(jobs_folder(stack), Request(playbook=playbook, inventories=()), kept=True)
    if written is not None:
        left.take_claim()
        left.record(Status(written, pid=1))  # a number that means another process now
    with house.database.begin() as session:
        session.add(Run(job_id=job_id, worker="one", folder=str(left.folder)))
    house.start()
    assert house.ended(job_id)["state"] == end
    assert house.said() == (["once"] if end == "successful" else [])
    assert left.folder.exists() == (end == "lost"), "what nothing ran in is removed"


def test_a_number_that_means_another_process_now_is_not_the_job(house) -> None:
    house.start()
    job_id = house.launch("wait", note="ran")
    house.until(lambda: house.said() == ["ran-began"])
    with house.service.dead():
        folder = Folder(house.work_folder(job_id))
        for pid in house.processes(job_id):
            with suppress(ProcessLookupError):  # it ended with the one before
                os.kill(pid, signal.SIGKILL)
        folder.record(Status(State.RUNNING, pid=os.getpid()))
    house.until(house.service.ready)
    assert house.ended(job_id)["state"] == "lost"
    assert house.said() == ["ran-began"]
