"""Workflows over HTTP: deployments, their plans, and plans that are applied as they were made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kombify.engine.outcome import Outcome
from kombify.engine.turns import close
from kombify.server.service import Service
from kombify.store.models import Event, Job, Phase

WORKFLOWS = "/v1/orchestrator/workflows"
DIFF = {"before": "old", "after": "new", "before_header": "/etc/motd"}


def launched(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(WORKFLOWS, json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()


def end(service: Service, job_id: int, state: str = "successful") -> None:
    with service.database.begin() as session:
        close(session, session.get_one(Job, job_id), Outcome(state))


def planned(service: Service, client: TestClient) -> int:
    """A plan that found one difference and came to a good end."""
    plan = launched(client, check=True)["id"]
    with service.database.begin() as session:
        phase = session.get_one(Phase, (plan, 2))
        job = Job(kind="job", stack="home", state="running", request=phase.request, parent_id=plan)
        session.add(job)
        session.flush()
        phase.job_id = job.id
        told = {"event": "runner_on_ok", "host": "nas", "task": "Set it", "changed": True}
        session.add(Event(job_id=job.id, counter=2, event="playbook_on_stats", data={}))
        session.add(Event(job_id=job.id, counter=1, data={"res": {"changed": True, "diff": DIFF}}, **told))
    end(service, job.id)
    end(service, plan)
    return plan


def test_a_deployment_is_accepted_and_shows_its_phases(runner: TestClient) -> None:
    answer = runner.post(WORKFLOWS, json={"labels": ["eda"]})
    assert answer.status_code == 202
    shown = runner.get(answer.headers["Location"]).json()
    assert shown == answer.json()
    assert (shown["state"], shown["stack"], shown["check"], shown["labels"]) == ("pending", "home", False, ["eda"])
    assert [phase["name"] for phase in shown["phases"]][:3] == ["validate", "stock", "proxmox"]
    assert {phase["job_id"] for phase in shown["phases"]} == {None}


def test_the_same_key_gives_the_first_deployment_again(runner: TestClient, stack: Path) -> None:
    first = runner.post(WORKFLOWS, json={}, headers={"Idempotency-Key": "k"})
    spec = stack / "kombination.yaml"
    spec.write_text(spec.read_text() + "note: edited meanwhile\n")
    again = runner.post(WORKFLOWS, json={}, headers={"Idempotency-Key": "k"})
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_workflows_are_listed_newest_first_and_apart_from_jobs(runner: TestClient) -> None:
    for check in (True, False):
        launched(runner, check=check)
    listed = runner.get(WORKFLOWS, params={"limit": 1}).json()
    assert [one["title"] for one in listed["items"]] == ["deployment"]
    after = runner.get(WORKFLOWS, params={"cursor": listed["next"]}).json()
    assert [one["title"] for one in after["items"]] == ["plan"]
    assert runner.get("/v1/orchestrator/jobs").json()["items"] == []


def test_a_deployment_that_nobody_began_is_canceled_once(runner: TestClient) -> None:
    number = launched(runner)["id"]
    assert runner.post(f"{WORKFLOWS}/{number}/cancel").json()["state"] == "canceled"
    assert runner.post(f"{WORKFLOWS}/{number}/cancel").status_code == 409


def test_a_plan_says_what_would_change(service: Service, runner: TestClient, reader: TestClient) -> None:
    plan = reader.get(f"{WORKFLOWS}/{planned(service, runner)}/plan").json()
    assert (plan["state"], plan["stale"], plan["hosts"], plan["applied_by"]) == ("successful", [], {"nas": 1}, None)
    assert [(one["host"], one["what"], one["before"], one["after"]) for one in plan["differences"]] == [
        ("nas", "/etc/motd", "old", "new")
    ]


def test_a_plan_is_applied_once(service: Service, runner: TestClient, admin: TestClient) -> None:
    plan = planned(service, runner)
    answers = [client.post(f"{WORKFLOWS}/{plan}/apply") for client in (runner, runner, admin)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert answers[0].json()["title"] == "deployment"
    assert runner.get(f"{WORKFLOWS}/{plan}/plan").json()["applied_by"] == "run"


def test_a_stale_plan_is_refused_with_what_changed(service: Service, runner: TestClient, stack: Path) -> None:
    plan = planned(service, runner)
    spec = stack / "kombination.yaml"
    spec.write_text(spec.read_text() + "note: edited meanwhile\n")
    refused = runner.post(f"{WORKFLOWS}/{plan}/apply")
    assert (refused.status_code, refused.json()["changed"]) == (409, ["kombination.yaml"])
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert runner.get(f"{WORKFLOWS}/{plan}/plan").json()["stale"] == ["kombination.yaml"]


def test_a_plan_that_has_not_ended_and_what_is_no_plan_are_not_applied(runner: TestClient) -> None:
    for body, says in (({"check": True}, "is pending"), ({}, "is no plan")):
        refused = runner.post(f"{WORKFLOWS}/{launched(runner, **body)['id']}/apply")
        assert (refused.status_code, says in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize("path", ["7", "7/plan"])
def test_what_is_not_there_is_not_found(reader: TestClient, path: str) -> None:
    assert reader.get(f"{WORKFLOWS}/{path}").status_code == 404


def test_a_job_is_no_workflow(runner: TestClient) -> None:
    job = runner.post("/v1/orchestrator/jobs", json={"playbook": "hello"}).json()["id"]
    for method, path in (("get", ""), ("post", "/cancel"), ("post", "/apply"), ("get", "/plan")):
        assert runner.request(method, f"{WORKFLOWS}/{job}{path}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [({"stack": "other"}, "stack"), ({"labels": [""]}, "labels[0]"), ({"check": "perhaps"}, "check"), ({"x": 1}, "x")],
    ids=["stack", "labels", "check", "unknown"],
)
def test_what_cannot_be_right_is_refused_with_its_field(runner: TestClient, body: dict[str, Any], field: str) -> None:
    refused = runner.post(WORKFLOWS, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_readers_only_read(reader: TestClient) -> None:
    assert reader.get(WORKFLOWS).status_code == 200
    assert reader.post(WORKFLOWS, json={}).status_code == 403
    assert reader.post(f"{WORKFLOWS}/1/apply").status_code == 403
