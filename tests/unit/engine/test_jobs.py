"""The life of a job, as somebody who launched it sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from kombify.runner.job import Job as Folder
from kombify.runner.processes import MARK
from kombify.store.models import Event, HostSummary, Job, StackLease


def test_a_job_runs_and_everything_about_it_is_stored(working) -> None:
    job = working.ended(working.launch(variables={"who": "Ann"}))
    assert (job.state, job.code, job.message) == ("successful", 0, "")
    assert (job.events_stored, job.events_missing) == (True, 0)
    assert job.created_at < job.started_at < job.ended_at
    assert working.counters(job.id) == list(range(1, len(working.counters(job.id)) + 1))
    with working.database.read() as session:
        said = session.scalars(select(Event.data).where(Event.event == "runner_on_ok")).all()
        hosts = session.execute(select(HostSummary.host, HostSummary.ok, HostSummary.finished)).all()
        assert session.scalars(select(StackLease)).all() == []
    assert {one["res"]["msg"] for one in said} == {"Hello Ann"}
    assert sorted(map(tuple, hosts)) == [("mini", 1, True), ("nas", 1, True)]


def test_values_from_outside_are_never_templates(working) -> None:
    job = working.ended(working.launch(variables={"who": "{{ 6 * 7 }}"}))
    with working.database.read() as session:
        said = session.scalars(select(Event.data).where(Event.event == "runner_on_ok")).all()
    assert job.state == "successful"
    assert {one["res"]["msg"] for one in said} == {"Hello {{ 6 * 7 }}"}


def test_jobs_of_a_stack_run_one_after_the_other_in_order(working) -> None:
    notes = [working.launch(playbook="note", variables={"note": f"{number}"}) for number in range(3)]
    jobs = [working.ended(job_id) for job_id in notes]
    assert [job.state for job in jobs] == ["successful"] * 3
    assert (working.stacks.folder("home") / "notes").read_text().split() == ["0", "1", "2"]
    assert all(before.ended_at <= after.started_at for before, after in pairwise(jobs))


def test_jobs_of_different_stacks_run_side_by_side(working) -> None:
    waiting = [working.launch(stack, "wait") for stack in ("home", "cabin")]
    for job_id in waiting:
        working.running(job_id)
    for stack in ("home", "cabin"):
        (working.stacks.folder(stack) / "go").touch()
    assert [working.ended(job_id).state for job_id in waiting] == ["successful"] * 2


def test_a_failed_job_runs_again_on_the_hosts_that_failed(working) -> None:
    job = working.ended(working.launch(playbook="broken"))
    again = working.ended(working.engine.orders.relaunch(job.id, unfinished=True).id)
    assert (job.state, job.code) == ("failed", 2)
    assert (again.state, again.relaunch_of, again.request["limit"]) == ("failed", job.id, ["nas"])
    with working.database.read() as session:
        hosts = session.scalars(select(HostSummary.host).where(HostSummary.job_id == again.id)).all()
    assert hosts == ["nas"]


def test_a_running_job_is_canceled_with_all_its_processes(working) -> None:
    running = working.running(working.launch(playbook="wait"))
    waiting = working.launch()
    assert working.engine.orders.cancel(running.id, by="ann")
    job = working.ended(running.id)
    assert (job.state, job.cancel_asked_by, working.processes(job.id)) == ("canceled", "ann", [])
    assert working.ended(waiting).state == "successful"
    assert not working.engine.orders.cancel(running.id)


def test_what_is_written_after_the_process_of_a_job_was_killed_is_stored_too(working) -> None:
    """Ansible runs in a process of its own, and outlives that of the job until somebody ends it."""
    running = working.running(working.launch(playbook="wait", variables={"flag": "waiting"}))
    folder = Folder(working.folder(running.id))
    assert (folder.folder / "env").exists()
    words = [sys.executable, Path(__file__).with_name("last_words.py"), folder.events, "1000"]
    environment = {**os.environ, MARK: str(folder.folder)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as left:
        assert left.stdout.readline() == "ready\n"
        os.kill(folder.recorded().pid, signal.SIGKILL)
        job = working.ended(running.id)
    assert (job.state, working.processes(job.id)) == ("lost", [])
    assert working.counters(job.id)[-1] == 1000
    assert not (folder.folder / "env").exists(), "values of variables go with the run"


def test_a_job_that_cannot_start_says_why(working) -> None:
    job = working.ended(working.launch(secrets={"db_password": "env:NO_SUCH_VARIABLE"}))
    assert job.state == "error"
    assert "NO_SUCH_VARIABLE" in job.message
    assert working.ended(working.launch()).state == "successful"


def test_a_stale_plan_is_not_carried_out(working) -> None:
    running = working.running(working.launch(playbook="wait"))
    planned = working.launch(plan=working.stacks.fingerprint("home"))
    (working.stacks.folder("home") / "kombination.yaml").write_text("name: changed\n")
    (working.stacks.folder("home") / "go").touch()
    assert working.ended(running.id).state == "successful"
    job = working.ended(planned)
    assert (job.state, job.message) == ("error", "the plan is stale, changed since: kombination.yaml")


def test_a_job_that_the_queue_forgot_is_given_back_to_it(bench) -> None:
    with bench.database.begin() as session:
        request = bench.request().model_dump(mode="json")
        session.add(Job(kind="job", stack="home", state="pending", request=request, enqueued=1))
    bench.engine.start()
    try:
        assert bench.ended(1).state == "successful"
    finally:
        bench.engine.stop()
