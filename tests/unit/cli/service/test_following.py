"""Following a job: what Ansible prints, once and in order, whatever happens to the service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kombify.cli import following

JOB = {
    "id": 12,
    "kind": "job",
    "stack": "home",
    "title": "",
    "playbook": "kombify.stack.site",
    "check": False,
    "parent_id": None,
    "message": "",
    "started_at": "2026-11-21T08:00:00Z",
}
ENDED = "2026-11-21T08:00:09Z"


def job(state: str = "successful", **more: Any) -> dict[str, Any]:
    return {**JOB, "state": state, "ended_at": ENDED, "code": 0 if state == "successful" else 2, **more}


def said(event: str, data: Any, number: int | None = None) -> bytes:
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {event}\ndata: {json.dumps(data)}\n\n".encode()


def event(number: int, stdout: str = "", *, changed: bool = False) -> bytes:
    lines = {"start_line": number, "end_line": number + bool(stdout)}
    kind = "runner_on_ok" if changed else "verbose"
    return said("event", {"counter": number, "event": kind, "changed": changed, "stdout": stdout, **lines}, number)


FIRST = said("state", job("waiting", ended_at=None)) + event(1, "\x1b[0;32mPLAY [all]\x1b[0m") + event(2)
REST = event(3, "changed: [nas]", changed=True) + event(4, "PLAY RECAP\nnas : ok=1")
END = said("end", job())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSE", 0.01)


def put(service, *streams: bytes, **more: Any) -> None:
    service.put("GET /jobs/12", job(**more))
    service.put("GET /jobs/12/stream", *(service.says(stream=one) for one in streams))


def test_what_ansible_prints_is_shown_and_then_how_it_ended(run, service) -> None:
    put(service, FIRST + REST + END)
    ran = run("job", "follow", "12")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        *("PLAY [all]", "changed: [nas]", "PLAY RECAP", "nas : ok=1", ""),
        "job 12 (home site): successful in 9.0 s, 1 changed",
    ]
    assert ran.err == "job 12 (home site) waits for its turn on the stack\n"


def test_colours_are_ansibles_own_where_colours_are_wanted(run, service) -> None:
    put(service, FIRST + REST + END)
    assert "\x1b[0;32mPLAY [all]\x1b[0m" in run("--color", "job", "follow", "12").out


def test_nothing_but_colours_reaches_a_terminal(run, service) -> None:
    put(service, event(1, "\x1b[0;32mok\x1b]0;title\x07\x1b[2J\u202e\r") + END)
    said = run("--color", "job", "follow", "12").out.splitlines()[0]
    assert said == "\x1b[0;32mok\\u001b]0;title\\u0007\\u001b[2J\\u202e\\u000d\x1b[0m"
    assert "\x1b" not in run("--no-color", "job", "follow", "12").out


def test_a_stream_that_breaks_goes_on_behind_the_last_event(run, service) -> None:
    put(service, FIRST, b"", event(2) + REST, said("bye", {"reason": "the service stops", "again": True}), END)
    ran = run("job", "follow", "12")
    assert ran.out.splitlines()[:4] == ["PLAY [all]", "changed: [nas]", "PLAY RECAP", "nas : ok=1"]
    seen = [one.headers.get("Last-Event-ID") for one in service.asked if one.path.endswith("/stream")]
    assert seen == [None, "2", "2", "4", "4"]


def test_a_service_that_is_away_is_waited_for_and_that_is_said_once(run, service) -> None:
    gone, starting = service.says(status=0), service.says({"title": "Service Unavailable"}, 503)
    service.put("GET /jobs/12", job())
    service.put(
        "GET /jobs/12/stream", service.says(stream=FIRST), gone, gone, starting, service.says(stream=REST + END)
    )
    ran = run("job", "follow", "12")
    assert (ran.code, ran.err.count("Waiting for it; what runs goes on.")) == (0, 1)
    assert ran.out.count("PLAY [all]") == 1


def test_a_service_that_stays_away_ends_the_watching(run, service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PATIENCE", 0.05)
    put(service, FIRST)
    service.put("GET /jobs/12/stream", service.says(stream=FIRST), service.says(status=0))
    ran = run("job", "follow", "12")
    assert ran.code == 1
    assert "went away" in ran.err.splitlines()[-2]


def test_a_stream_that_the_service_ends_for_good_is_not_asked_for_again(run, service) -> None:
    put(service, FIRST + said("bye", {"reason": "the token was revoked", "again": False}))
    ran = run("job", "follow", "12")
    assert ran.code == 1
    assert "the service ended the stream: the token was revoked" in ran.err


@pytest.mark.parametrize(
    ("state", "check", "code"),
    [
        ("successful", False, 0),
        ("successful", True, 4),
        *((state, False, 1) for state in ("failed", "error", "canceled", "lost")),
    ],
)
def test_the_end_of_a_job_is_the_exit_code(state: str, check: bool, code: int, run, service) -> None:
    put(service, FIRST + REST + said("end", job(state)), state=state, check=check)
    assert run("job", "follow", "12").code == code


def test_programs_get_events_as_lines_and_a_summary(run, service) -> None:
    put(service, FIRST + REST + END)
    ran = run("job", "follow", "12", "--format", "json")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line.get("counter") for line in lines] == [1, 2, 3, 4, None]
    assert (lines[-1]["event"], lines[-1]["changed"], lines[-1]["state"]) == ("summary", 1, "successful")


def test_ctrl_c_leaves_the_job_alone_and_says_so(run, service, monkeypatch: pytest.MonkeyPatch) -> None:
    put(service, FIRST)

    def interrupt(_chunks: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "messages", interrupt)
    ran = run("job", "follow", "12")
    assert ran.code == 130
    assert ran.err.splitlines() == [
        "kombify: no longer watching job 12; it goes on",
        "see it: kombify job follow 12; end it: kombify job cancel 12",
    ]
    assert {one.method for one in service.asked} == {"GET"}
