"""`kombify schedule` and `kombify token`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest


def test_schedules_are_listed(run, service, golden) -> None:
    service.put("GET /schedules", service.fixture("schedules.json"))
    golden("service-schedules.txt", run("schedule", "list").out)
    assert json.loads(run("schedule", "list", "--format", "json").out) == service.fixture("schedules.json")


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (("--drift", "-l", "nas"), {"kind": "drift", "limit": ["nas"]}),
        (("--plan",), {"kind": "deployment", "check": True}),
        (("--deploy",), {"kind": "deployment", "check": False}),
        (
            ("--playbook", "prepare", "-t", "files", "--check"),
            {"kind": "job", "playbook": "prepare", "limit": [], "tags": ["files"], "check": True},
        ),
    ],
)
def test_a_schedule_is_added_for_one_thing(words: tuple[str, ...], request_: object, run, service) -> None:
    service.put("POST /schedules", service.says(service.fixture("schedules.json")[0], 201))
    assert run("schedule", "add", "nightly-drift", "daily 02:30", "--timezone", "Europe/Berlin", *words).code == 0
    assert service.asked[0].body == {
        "name": "nightly-drift",
        "stack": "",
        "when": "daily 02:30",
        "timezone": "Europe/Berlin",
        "request": request_,
    }


@pytest.mark.parametrize("words", [(), ("--drift", "--deploy")])
def test_a_schedule_without_one_clear_purpose_is_not_asked_for(words: tuple[str, ...], run, service) -> None:
    ran = run("schedule", "add", "x", "daily 02:30", *words)
    assert (ran.code, service.asked) == (1, [])
    assert "say one of --drift, --plan, --deploy and --playbook" in ran.err


def test_schedules_are_switched_and_removed(run, service) -> None:
    off = service.fixture("schedules.json")[1]
    service.put("PATCH /schedules/weekly", off)
    service.put("DELETE /schedules/weekly", service.says(status=204))
    assert "off" in run("schedule", "disable", "weekly").out
    assert run("schedule", "enable", "weekly").code == 0
    assert run("schedule", "remove", "weekly").out == "Removed the schedule weekly.\n"
    assert [one.body for one in service.asked] == [{"enabled": False}, {"enabled": True}, None]


def test_a_schedule_is_run_now(run, service) -> None:
    service.put("POST /schedules/weekly/run", service.says(service.fixture("job.json"), 202))
    assert run("schedule", "run", "weekly").out.startswith("Launched job 12 (home site).")


def test_a_name_stays_one_part_of_a_path(run, service) -> None:
    run("schedule", "remove", "../jobs?x")
    assert service.asked[0].path == "/v1/orchestrator/schedules/..%2Fjobs%3Fx"


def test_a_token_alone_is_on_stdout_so_that_a_script_can_take_it(run, service) -> None:
    made = {"name": "portal", "scope": "run", "expires_at": None, "token": "kmb_shown-once"}
    service.put("POST /tokens", service.says(made, 201))
    ran = run("token", "create", "portal", "--scope", "run")
    assert (ran.code, ran.out) == (0, "kmb_shown-once\n")
    assert "shown once" in ran.err
    assert service.asked[0].body == {"name": "portal", "scope": "run", "expires_at": None}


def test_a_token_can_expire(run, service) -> None:
    service.put("POST /tokens", service.says({"token": "kmb_x"}, 201))
    before = datetime.now(UTC)
    run("token", "create", "portal", "--days", "30")
    expires = datetime.fromisoformat(service.asked[0].body["expires_at"])
    assert before + timedelta(days=30) <= expires <= datetime.now(UTC) + timedelta(days=30)


def test_tokens_are_listed_and_revoked(run, service, golden) -> None:
    service.put("GET /tokens", service.fixture("tokens.json"))
    service.put("DELETE /tokens/portal", service.says(status=204))
    golden("service-tokens.txt", run("token", "list").out)
    assert run("token", "revoke", "portal").out == "Revoked the token portal.\n"


def test_who_may_not_is_told_what_would_be_needed(run, service) -> None:
    problem = {"title": "Forbidden", "detail": "'portal' may run, and this needs 'admin'", "hint": "use a token with …"}
    service.put("GET /tokens", service.says(problem, 403))
    ran = run("token", "list")
    assert (ran.code, ran.err) == (3, "kombify: 'portal' may run, and this needs 'admin'\nuse a token with …\n")
