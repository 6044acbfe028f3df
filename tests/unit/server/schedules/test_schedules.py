"""Schedules over HTTP: added, changed, removed, and run besides their times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

SCHEDULES = "/v1/orchestrator/schedules"
NIGHTLY: dict[str, Any] = {"name": "nightly", "when": "daily 02:30", "request": {"kind": "drift"}}


def add(client: TestClient, **changes: Any) -> dict[str, Any]:
    answer = client.post(SCHEDULES, json={**NIGHTLY, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_schedule_says_when_it_is_due(runner: TestClient) -> None:
    added = add(runner, timezone="Europe/Berlin")
    assert (added["stack"], added["when"], added["enabled"], added["created_by"]) == (
        "home",
        "daily 02:30",
        True,
        "run",
    )
    assert datetime.fromisoformat(added["next_at"]) > datetime.now(UTC)
    assert runner.get(f"{SCHEDULES}/nightly").json() == added
    assert runner.get(SCHEDULES, params={"stack": "home"}).json() == [added]
    assert runner.get(SCHEDULES, params={"stack": "other"}).json() == []


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "drift", "limit": ["nas"]},
        {"kind": "deployment", "check": True, "prune": False},
        {"kind": "job", "playbook": "hello", "tags": ["a"], "variables": {"x": 1}},
    ],
    ids=["drift", "deployment", "job"],
)
def test_what_is_launched_is_kept_in_full(runner: TestClient, request_: dict[str, Any]) -> None:
    kept = add(runner, request=request_)["request"]
    assert kept["kind"] == request_["kind"]
    assert runner.post(f"{SCHEDULES}/nightly/run").status_code == 202


def test_without_a_time_zone_that_of_the_spec_holds(runner: TestClient, stack: Path) -> None:
    spec = stack / "kombination.yaml"
    spec.write_text(spec.read_text().replace("name: home\n", "name: home\ntimezone: Europe/Vienna\n"))
    assert add(runner)["timezone"] == "Europe/Vienna"
    assert add(runner, name="other", timezone="UTC")["timezone"] == "UTC"


def test_running_it_now_gives_its_job_and_leaves_its_times(runner: TestClient) -> None:
    added = add(runner)
    ran = runner.post(f"{SCHEDULES}/nightly/run", headers={"Idempotency-Key": "k"})
    again = runner.post(f"{SCHEDULES}/nightly/run", headers={"Idempotency-Key": "k"})
    assert runner.get(ran.headers["Location"]).json()["id"] == ran.json()["id"] == again.json()["id"]
    assert (ran.json()["playbook"], ran.json()["check"], ran.json()["launched_by"]) == ("site", True, "run")
    assert runner.get(f"{SCHEDULES}/nightly").json() == added


def test_a_deployment_is_found_among_the_workflows(runner: TestClient) -> None:
    add(runner, request={"kind": "deployment"})
    ran = runner.post(f"{SCHEDULES}/nightly/run")
    assert runner.get(ran.headers["Location"]).json()["title"] == "deployment"


def test_a_schedule_is_changed_in_part(runner: TestClient) -> None:
    before = add(runner)
    off = runner.patch(f"{SCHEDULES}/nightly", json={"enabled": False}).json()
    assert off == {**before, "enabled": False, "next_at": off["next_at"]}
    moved = runner.patch(f"{SCHEDULES}/nightly", json={"when": "every 6h", "enabled": True}).json()
    assert (moved["when"], moved["next_at"] != before["next_at"]) == ("every 6h", True)
    changed = runner.patch(f"{SCHEDULES}/nightly", json={"request": {"kind": "deployment"}}).json()
    assert changed["request"] == {"kind": "deployment", "check": False, "prune": False}


def test_a_schedule_is_removed_once(runner: TestClient) -> None:
    add(runner)
    assert runner.delete(f"{SCHEDULES}/nightly").status_code == 204
    assert runner.delete(f"{SCHEDULES}/nightly").status_code == 404
    assert runner.get(f"{SCHEDULES}/nightly").status_code == 404


def test_a_name_is_given_once(runner: TestClient) -> None:
    add(runner)
    assert runner.post(SCHEDULES, json=NIGHTLY).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"when": "soon"}, "when"),
        ({"when": "0 0 30 2 *"}, "when"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"name": "../x"}, "name"),
        ({"stack": "other"}, "stack"),
        ({"request": {"kind": "party"}}, "request"),
        ({"request": {"kind": "drift", "limit": ["nsa"]}}, "limit[0]"),
        ({"request": {"kind": "job", "playbook": "/etc/x.yml"}}, "playbook"),
        ({"request": {"kind": "job", "playbook": "hello", "variables": {"x": "{{ y }}"}}}, "variables.x"),
    ],
    ids=["word", "never", "zone", "name", "stack", "kind", "machine", "playbook", "template"],
)
def test_what_cannot_be_right_is_refused_with_its_field(
    runner: TestClient, changes: dict[str, Any], field: str
) -> None:
    refused = runner.post(SCHEDULES, json={**NIGHTLY, **changes})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert runner.get(SCHEDULES).json() == []


def test_who_may_not_launch_it_may_not_schedule_it(reader: TestClient, runner: TestClient, admin: TestClient) -> None:
    destroy = {**NIGHTLY, "request": {"kind": "job", "playbook": "destroy"}}
    assert reader.post(SCHEDULES, json=NIGHTLY).status_code == 403
    assert runner.post(SCHEDULES, json=destroy).status_code == 403
    assert admin.post(SCHEDULES, json=destroy).status_code == 201
