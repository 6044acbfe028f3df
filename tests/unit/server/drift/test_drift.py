"""Drift over HTTP: a look is a job, and what it found is there when it has ended."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from kombify.engine.outcome import Outcome
from kombify.engine.turns import close
from kombify.server.service import Service
from kombify.store.models import Event, Job

DRIFT = "/v1/orchestrator/drift"


def looked(service: Service, client: TestClient, *, changed: bool = True) -> int:
    """A look that found `nas` changed and `pi` out of reach."""
    job_id: int = client.post(DRIFT, json={}).json()["id"]
    with service.database.begin() as session:
        ok = {"event": "runner_on_ok", "host": "nas", "task": "Set it", "changed": changed}
        gone = {"event": "runner_on_unreachable", "host": "pi", "task": "Set it", "failed": True}
        session.add(Event(job_id=job_id, counter=1, data={"res": {"changed": changed}}, **ok))
        session.add(Event(job_id=job_id, counter=2, data={"res": {"msg": "no route"}}, **gone))
        session.add(Event(job_id=job_id, counter=3, event="playbook_on_stats", data={}))
        session.flush()
        close(session, session.get_one(Job, job_id), Outcome("failed", 4))
    return job_id


def test_a_look_is_a_job_that_changes_nothing(runner: TestClient) -> None:
    answer = runner.post(DRIFT, json={"limit": ["nas"]})
    assert answer.status_code == 202
    job = runner.get(answer.headers["Location"]).json()
    assert (job["playbook"], job["check"], job["diff"], job["limit"]) == ("site", True, True, ["nas"])


def test_what_was_found_is_there_when_the_job_has_ended(service: Service, runner: TestClient) -> None:
    unfinished = runner.post(DRIFT, json={}).json()["id"]
    assert runner.get(f"{DRIFT}/{unfinished}").status_code == 404
    found = runner.get(f"{DRIFT}/{looked(service, runner)}").json()
    assert (found["stack"], found["hosts"], found["unseen"]) == ("home", {"nas": 1}, ["pi"])
    assert [(one["kind"], one["host"], one["message"]) for one in found["differences"]] == [
        ("changed", "nas", ""),
        ("unreachable", "pi", "no route"),
    ]


def test_the_newest_comes_first(service: Service, runner: TestClient) -> None:
    first, second = looked(service, runner), looked(service, runner, changed=False)
    listed = runner.get(DRIFT, params={"stack": "home", "limit": 1}).json()
    assert [(one["job_id"], one["hosts"]) for one in listed["items"]] == [(second, {})]
    assert [one["job_id"] for one in runner.get(DRIFT, params={"cursor": listed["next"]}).json()["items"]] == [first]
    assert runner.get(DRIFT, params={"stack": "other"}).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [({"limit": ["nsa"]}, "limit[0]"), ({"limit": ["*"]}, "limit[0]"), ({"stack": "other"}, "stack")],
    ids=["unknown machine", "pattern", "stack"],
)
def test_what_cannot_be_right_is_refused_with_its_field(runner: TestClient, body: dict[str, Any], field: str) -> None:
    refused = runner.post(DRIFT, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_readers_only_read(reader: TestClient) -> None:
    assert reader.get(DRIFT).status_code == 200
    assert reader.post(DRIFT, json={}).status_code == 403
