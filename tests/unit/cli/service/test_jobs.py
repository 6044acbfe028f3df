"""`kombify job`: what is asked of the service, and what is shown of its answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _jobs(service) -> None:
    service.put("GET /jobs", service.fixture("jobs.json"))
    service.put("GET /jobs/12", service.fixture("job.json"))


def test_jobs_are_listed(run, golden) -> None:
    ran = run("job", "list")
    assert (ran.code, ran.err) == (0, "")
    golden("service-jobs.txt", ran.out)


def test_programs_get_them_as_the_service_has_them(run, service) -> None:
    ran = run("job", "list", "--state", "failed", "--stack", "home", "-n", "5", "--format", "json")
    assert json.loads(ran.out) == service.fixture("jobs.json")["items"]
    assert service.asked[0].path.partition("?")[2] == "stack=home&state=failed&limit=5"


def test_without_jobs_it_is_said_how_to_launch_one(run, service) -> None:
    service.put("GET /jobs", {"items": [], "next": None})
    assert run("job", "list").out == "No jobs. Launch one: kombify job launch\n"


def test_a_job_is_shown_with_what_was_asked_for(run, golden) -> None:
    ran = run("job", "show", "12")
    assert (ran.code, ran.err) == (0, "")
    golden("service-job.txt", ran.out)


def test_a_launch_says_all_that_was_typed(run, service, tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("replicas: 3\n", encoding="utf-8")
    service.put("POST /jobs", service.says(service.fixture("job.json"), 202))
    words = ("--stack", "home", "-l", "nas,pi", "-t", "prepare", "--check", "--diff", "-e", "@more.yml", "-vv")
    ran = run("job", "launch", "site", *words, "--secret", "db=vault:kv/db#password", "--key", "once")
    assert (ran.code, ran.out) == (0, "Launched job 12 (home site). See it: kombify job follow 12\n")
    assert service.asked[0].headers["Idempotency-Key"] == "once"
    assert service.asked[0].body == {
        "stack": "home",
        "playbook": "site",
        "title": "",
        "limit": ["nas", "pi"],
        "tags": ["prepare"],
        "check": True,
        "diff": True,
        "verbosity": 2,
        "variables": {"replicas": 3},
        "secrets": {"db": "vault:kv/db#password"},
    }


def test_a_secret_on_the_command_line_never_leaves_this_machine(run, service) -> None:
    ran = run("job", "launch", "--secret", "db=hunter2-very-secret")
    assert (ran.code, service.asked) == (1, [])
    assert "hunter2" not in ran.err


def test_a_relaunch_is_for_all_hosts_or_for_those_that_are_not_finished(run, service) -> None:
    service.put("POST /jobs/12/relaunch", service.says(service.fixture("job.json"), 202))
    assert [run("job", "relaunch", "12").code, run("job", "relaunch", "12", "--unfinished").code] == [0, 0]
    assert [one.body for one in service.asked] == [{"unfinished": False}, {"unfinished": True}]


def test_a_cancel_waits_for_the_end(run, service) -> None:
    running = {**service.fixture("job.json"), "state": "running", "ended_at": None}
    service.put("POST /jobs/12/cancel", service.says(running, 202))
    service.put("GET /jobs/12", running, {**running, "state": "canceled", "ended_at": "2026-11-21T08:00:09Z"})
    assert run("job", "cancel", "12").out == "job 12 (home site): canceled\n"
    assert run("job", "cancel", "12", "--no-wait").out == "job 12 (home site): is asked to end\n"


def test_a_cancel_of_what_has_ended_is_refused(run, service) -> None:
    service.put("POST /jobs/12/cancel", service.says({"title": "Conflict", "detail": "job 12 has ended already"}, 409))
    ran = run("job", "cancel", "12")
    assert (ran.code, ran.err) == (3, "kombify: job 12 has ended already\n")


def test_nothing_of_an_answer_can_steer_a_terminal(run, service) -> None:
    hostile = {**service.fixture("job.json"), "title": "\x1b]0;x\x07\u202e", "message": "\x1b[2J"}
    service.put("GET /jobs", {"items": [hostile], "next": None})
    service.put("GET /jobs/12", hostile)
    for words in (("list",), ("show", "12"), ("show", "12", "--format", "json")):
        assert not {"\x1b", "\x07", "\u202e"} & set(run("job", *words).out)


def test_help_says_how_jobs_of_the_service_differ_from_runs_of_this_folder(run) -> None:
    said = " ".join(run("job", "--help").out.split())
    assert "Without a service, `kombify up`" in said
