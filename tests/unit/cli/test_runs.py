"""`up`, `destroy`, `plan --machines`, `jobs`, `logs`: what is refused before anything starts, and what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kombify.cli.ending import Code
from kombify.cli.options import Format
from kombify.cli.output import Output
from kombify.cli.running import show
from kombify.cli.views.run.words import duration
from kombify.runner.job import Job, jobs_folder, make_job
from kombify.runner.request import Request
from kombify.runner.status import State, Status

START = "2026-11-21T08:00:{:02}+00:00"


def event(second: int, kind: str, stdout: str = "", **data: Any) -> dict[str, Any]:
    return {"event": kind, "created": START.format(second), "stdout": stdout, "event_data": data}


EVENTS = [
    event(0, "playbook_on_start"),
    event(0, "playbook_on_play_start", name="Create virtual machines"),
    event(0, "runner_on_start", host="pve", task="Clone"),
    event(2, "runner_on_file_diff", "\x1b[0;32m+web\x1b[0m\n", host="pve", task="Clone"),
    event(2, "runner_on_ok", host="pve", task="Clone", res={"changed": True}),
    event(2, "playbook_on_play_start", name="Wait for virtual machines"),
    event(3, "playbook_on_play_start", name="Prepare machines"),
    event(3, "runner_on_start", host="web", task="Install"),
    event(3, "runner_on_start", host="db", task="Install"),
    event(4, "runner_on_failed", host="web", task="Install", ignore_errors=True, res={"msg": "no matter"}),
    event(5, "runner_on_failed", host="db", task="Install", res={"msg": "E: dpkg was interrupted"}),
    event(6, "runner_on_unreachable", host="web", task="Write", res={"msg": "ssh: port 22: No route to host"}),
    event(9, "playbook_on_stats", failures={"db": 1}, dark={"web": 1}),
]


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that failed, under a name that does not change."""
    monkeypatch.chdir(tmp_path)
    made = make_job(jobs_folder(tmp_path), Request(playbook="x", inventories=(), title="home up"))
    made = Job(made.folder.rename(made.folder.with_name("20261121-080000-000000")))
    made.events.write_text("".join(f"{json.dumps(one)}\n" for one in EVENTS), encoding="utf-8")
    made.faults.touch()
    made.record(Status(State.FAILED, started=START.format(0), ended=START.format(9), code=2))
    return made


def test_a_pipe_gets_lines_and_a_summary_with_advice(job: Job, capsys, golden) -> None:
    assert show(Output(), job) is Code.FAILED
    golden("run.txt", capsys.readouterr().out)


def test_programs_get_the_events_and_a_summary(job: Job, capsys) -> None:
    assert show(Output(), job, form=Format.JSON) is Code.FAILED
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[:-1] == EVENTS
    summary = lines[-1]
    assert summary["stages"] == {
        "proxmox": {"hosts": 1, "ok": 1, "changed": 1, "failed": 0, "seconds": 3.0},
        "prepare": {"hosts": 2, "ok": 1, "changed": 0, "failed": 2, "seconds": 6.0},
    }
    assert [(one["host"], one["what"]) for one in summary["failures"]] == [
        ("db", "an installation of packages on db was cut off"),
        ("web", "web does not answer: it is powered off, or its network is cut"),
    ]


ENDINGS = {
    State.CANCELED: "home up: canceled after 9.0 s; the same command goes on from what is there",
    State.LOST: "home up: lost (it was killed) and what it left running was ended; the same command goes on from there",
    State.ERROR: "home up: error: it was killed; the same command goes on from what is there",
}


@pytest.mark.parametrize("state", ENDINGS)
def test_an_end_before_its_time_says_what_to_do(state: State, job: Job, capsys) -> None:
    job.record(Status(state, message="it was killed"))
    assert show(Output(), job) is Code.FAILED
    assert ENDINGS[state] in capsys.readouterr().out.splitlines()


def test_jobs_are_listed_with_their_state_and_time(job: Job, run) -> None:
    assert run("jobs").out.splitlines() == [
        "Job                     Run      State   Time",
        "20261121-080000-000000  home up  failed  9.0 s",
    ]
    listed = json.loads(run("jobs", "--format", "json").out)
    assert [(one["id"], one["state"], one["code"]) for one in listed] == [(job.id, "failed", 2)]


def test_a_log_is_printed_without_what_could_steer_a_terminal(job: Job, run) -> None:
    job.log.write_text("\x1b[0;32mok: [web]\x1b[0m\n\x1b]0;title\x07\u202e\n", encoding="utf-8")
    ran = run("logs", "--job", "000000")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "ok: [web]"
    assert not {"\x1b", "\x07", "\u202e"} & set(ran.out)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("jobs",), 0, "No jobs yet. Start one: kombify up\n"),
        (("logs",), 1, "kombify: there are no jobs yet\nstart one: kombify up\n"),
        (("cancel",), 1, "kombify: there are no jobs yet\nstart one: kombify up\n"),
        (("up", "--stage", "prepar"), 1, "kombify: there is no stage 'prepar'\ndid you mean 'prepare'?\n"),
        (("up", "--limit", "nas,pii"), 1, "kombify: there is no node 'pii'\ndid you mean 'pi'?\n"),
        (("destroy",), 3, "kombify: this would take the stack home away\nsay --yes to do it\n"),
        (
            ("plan", "--machines", "--set", "name=x"),
            1,
            "kombify: --machines looks at the spec as it is in its file\nleave --overlay and --set out\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_is_said_before_anything_starts(words, code: int, said: str, run, stack, tmp_path: Path) -> None:
    stack("home")
    ran = run(*words)
    assert (ran.code, ran.out + ran.err) == (code, said)
    assert not (tmp_path / ".kombify").exists()


@pytest.mark.parametrize("words", [("up",), ("destroy", "--yes"), ("plan", "--machines")], ids=" ".join)
def test_a_spec_with_errors_is_refused_with_all_of_them(words: tuple[str, ...], run, stack, tmp_path: Path) -> None:
    stack("broken")
    ran = run(*words)
    assert ran.code == 2
    assert "K306" in ran.err
    assert not (tmp_path / ".kombify").exists()


def test_times_are_said_as_people_say_them() -> None:
    assert [duration(seconds) for seconds in (0.04, 59.94, 60, 125.9, 3600)] == [
        *("0.0 s", "59.9 s", "1 min 00 s", "2 min 05 s", "60 min 00 s")
    ]
