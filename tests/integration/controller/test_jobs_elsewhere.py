"""Jobs of a stack that an AWX runs. The AWX is another service of ours, which speaks the same words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kombify.runner.cancel import cancel
from kombify.runner.job import Job, jobs_folder, make_job
from kombify.runner.launch import start
from kombify.runner.processes import end_all
from kombify.runner.request import AwxTarget, Request
from kombify.runner.status import State

if TYPE_CHECKING:
    from conftest import Controller

Launch = Callable[..., Job]
REFERENCE = "env:AWX_TOKEN"


@pytest.fixture
def launch(mortal: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """Return what starts a job of another stack that the AWX runs."""
    monkeypatch.setenv("AWX_TOKEN", mortal.token)
    jobs = jobs_folder(tmp_path / "elsewhere")
    jobs.parent.mkdir(parents=True)
    started: list[Job] = []

    def begin(template: str = "home: hold", **wanted: Any) -> Job:
        target = AwxTarget(url=mortal.url, token=REFERENCE, template=template)
        job = make_job(jobs, Request("kombify.stack.x", (), awx=target, **wanted))
        started.append(job)
        start(job)
        return job

    yield begin
    for job in started:
        end_all(job.folder, grace=0)


def ended(awx: Controller, job: Job) -> State:
    awx.until(lambda: job.status().state.ended)
    return job.status().state


def log_of(job: Job) -> str:
    return job.log.read_text(encoding="utf-8") if job.log.exists() else ""


def comes_to(awx: Controller, job: Job, words: str) -> None:
    """Wait until a job has written this."""
    awx.until(lambda: words in log_of(job) or job.status().state.ended)
    assert words in log_of(job), (job.status(), log_of(job))


def test_what_a_job_writes_there_is_written_down_here_also_when_the_awx_is_killed_meanwhile(
    mortal: Controller, launch: Launch
) -> None:
    job = launch(limit="nas", variables={"label": "there"})
    comes_to(mortal, job, "TASK [Wait]")
    mortal.stop()
    mortal.start()
    mortal.go()
    assert ended(mortal, job) is State.SUCCESSFUL
    assert (mortal.stack / "ran").read_text().split() == ["there"]
    assert (log_of(job).count("TASK [Wait]"), log_of(job).count("PLAY RECAP")) == (1, 1)
    events = [json.loads(line) for line in job.events.read_text(encoding="utf-8").splitlines()]
    assert [event["counter"] for event in events] == list(range(1, len(events) + 1))
    assert [event["event"] for event in events].count("playbook_on_stats") == 1
    written = [path.read_text(errors="replace") for path in job.folder.rglob("*") if path.is_file()]
    assert [text for text in written if mortal.token in text] == []


def test_a_job_that_is_canceled_here_is_canceled_there(mortal: Controller, launch: Launch) -> None:
    job = launch()
    comes_to(mortal, job, "TASK [Wait]")
    cancel(job)
    assert ended(mortal, job) is State.CANCELED
    assert [one["status"] for one in mortal.jobs()] == ["canceled"]


def test_a_job_waits_until_nobody_else_works_on_the_inventory_there(mortal: Controller, launch: Launch) -> None:
    other = mortal.awx_json("job_templates", "launch", "home: hold")["id"]
    job = launch("home: fail")
    comes_to(mortal, job, f"waiting for AWX's job {other}")
    mortal.go()
    assert ended(mortal, job) is State.FAILED
    assert [one["name"] for one in mortal.jobs(order_by="id")] == ["home: hold", "home: fail"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a template that is not there": ({"template": "home: nothing"}, "AWX has no job template 'home: nothing'"),
    "braces": ({"variables": {"x": "{{ y }}"}}, "AWX would take the variable 'x' for a template"),
    "a secret": ({"variables": {"x": "hush"}, "secret": ("x",)}, "AWX does not take secrets of a launch"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_awx_cannot_do_as_it_was_asked_for_is_refused(mortal: Controller, launch: Launch, what: str) -> None:
    wanted, said = REFUSED[what]
    job = launch(**wanted)
    assert ended(mortal, job) is State.ERROR
    assert said in job.status().message
    assert mortal.jobs() == []
