"""`kombify workflow`: deployments, plans, and what became of them."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def workflow(service) -> dict[str, Any]:
    """A deployment that was rolled back."""
    found: dict[str, Any] = service.fixture("workflow.json")
    service.put("GET /workflows/20", found)
    service.put("GET /workflows", {"items": [found], "next": None})
    return found


@pytest.fixture
def plan(service) -> dict[str, Any]:
    """A plan that has ended."""
    base = {**service.fixture("workflow.json"), "id": 24, "title": "plan", "check": True, "state": "successful"}
    service.put("POST /workflows", service.says({**base, "state": "pending", "ended_at": None}, 202))
    service.put("GET /workflows/24", base)
    found: dict[str, Any] = service.fixture("plan.json")
    service.put("GET /workflows/24/plan", found)
    return found


def test_a_workflow_is_shown_with_its_phases(run, workflow, golden) -> None:
    ran = run("workflow", "show", "20")
    assert (ran.code, ran.err) == (0, "")
    golden("service-workflow.txt", ran.out)


def test_workflows_are_listed(run, workflow, golden) -> None:
    golden("service-workflows.txt", run("workflow", "list").out)


def test_a_deployment_is_launched(run, service, workflow) -> None:
    service.put("POST /workflows", service.says(workflow, 202))
    ran = run("workflow", "launch", "--stack", "home", "--prune")
    assert ran.out == "Launched workflow 20 (home deployment). See it: kombify workflow follow 20\n"
    assert service.asked[0].body == {"stack": "home", "prune": True}


def test_a_plan_is_shown_and_ends_with_4_when_it_would_change_something(run, plan, golden) -> None:
    ran = run("workflow", "plan")
    assert (ran.code, ran.err) == (4, "")
    golden("service-plan.txt", ran.out)


def test_programs_get_a_plan_as_the_service_has_it(run, plan) -> None:
    assert json.loads(run("workflow", "plan", "--format", "json").out) == plan


def test_a_plan_that_changes_nothing_ends_with_0(run, service, plan) -> None:
    service.put("GET /workflows/24/plan", {**plan, "differences": []})
    ran = run("workflow", "plan")
    assert (ran.code, ran.out) == (0, "Nothing would be changed.\n")


def test_a_plan_that_failed_ends_with_1(run, service, plan) -> None:
    service.put("GET /workflows/24/plan", {**plan, "state": "error", "differences": []})
    ran = run("workflow", "plan")
    assert (ran.code, ran.out) == (1, "Plan 24 is error and cannot be applied.\n")


def test_a_stale_plan_is_refused_with_what_changed(run, service, plan) -> None:
    problem = {
        "title": "Conflict",
        "detail": "the plan is stale, changed since: kombination.yaml",
        "hint": "plan again",
    }
    service.put("POST /workflows/24/apply", service.says(problem, 409))
    ran = run("workflow", "apply", "24")
    assert (ran.code, ran.err) == (3, "kombify: the plan is stale, changed since: kombination.yaml\nplan again\n")


def test_a_workflow_is_followed_job_by_job(run, service, workflow) -> None:
    jobs = [{"id": number, "kind": "job"} for number in (23, 22, 21)]
    going = {**workflow, "state": "preparing", "ended_at": None}
    service.put("GET /workflows/20", going, going, going, workflow)
    service.put("GET /jobs", *({"items": found, "next": None} for found in (jobs[2:], jobs[1:], jobs)))
    for number in (21, 22, 23):
        event = {"counter": 1, "event": "verbose", "changed": False, "start_line": 0, "end_line": 1}
        lines = (
            ("event", {**event, "stdout": f"job {number}"}),
            ("end", {"kind": "job", "state": "x", "ended_at": "y"}),
        )
        text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in lines)
        service.put(f"GET /jobs/{number}/stream", service.says(stream=text.encode()))
    ran = run("workflow", "follow", "20")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        *("job 21", "job 22", "job 23", ""),
        "workflow 20 (home deployment): rolled_back in 3 min 00 s: phase prepare: failed",
        "See what happened: kombify workflow show 20",
    ]
    assert ran.err == "workflow 20 (home deployment) is preparing\n"


def test_a_workflow_is_canceled(run, service, workflow) -> None:
    service.put("POST /workflows/20/cancel", service.says({**workflow, "ended_at": None}, 202))
    assert run("workflow", "cancel", "20").out == "workflow 20 (home deployment): rolled_back\n"
