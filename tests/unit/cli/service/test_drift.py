"""`kombify drift`: what is different, and what that is worth as an exit code."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def drift(service) -> dict[str, Any]:
    """A look for drift that found some."""
    job = service.fixture("job.json")
    service.put("POST /drift", service.says({**job, "state": "pending", "ended_at": None}, 202))
    service.put("GET /jobs/12", job)
    found: dict[str, Any] = service.fixture("drift.json")
    service.put("GET /drift/12", found)
    service.put("GET /drift", {"items": [found], "next": None})
    return found


def test_drift_is_listed_host_by_host_and_ends_with_4(run, service, drift, golden) -> None:
    ran = run("drift", "home", "--limit", "nas,pi")
    assert (ran.code, ran.err) == (4, "")
    assert service.asked[0].body == {"stack": "home", "limit": ["nas", "pi"]}
    golden("service-drift.txt", ran.out)


def test_what_was_found_last_is_shown_without_looking_again(run, service, drift) -> None:
    ran = run("drift", "home", "--known", "--format", "json")
    assert (ran.code, json.loads(ran.out)) == (4, drift)
    assert [(one.method, one.path.partition("?")[2]) for one in service.asked] == [("GET", "stack=home&limit=1")]


@pytest.mark.parametrize(
    ("kinds", "code", "said"),
    [
        ([], 0, "home: no drift."),
        (["unreachable"], 1, "home: no drift. Not everything is known of: pi."),
        (["changed"], 4, "home has drifted, 1 difference."),
    ],
)
def test_the_exit_code_says_what_was_found(kinds: list[str], code: int, said: str, run, service, drift) -> None:
    found = [{**drift["differences"][0], "kind": kind} for kind in kinds]
    unseen = ["pi"] if "unreachable" in kinds else []
    service.put("GET /drift/12", {**drift, "differences": found, "unseen": unseen})
    ran = run("drift")
    assert (ran.code, ran.out.splitlines()[-1].startswith(said)) == (code, True)


def test_a_look_that_came_to_no_end_is_no_answer(run, service, drift) -> None:
    service.put("GET /jobs/12", {**service.fixture("job.json"), "state": "lost"})
    ran = run("drift")
    assert (ran.code, ran.err) == (1, "kombify: nobody knows: job 12 is lost\nsee: kombify job show 12\n")


def test_where_nobody_looked_it_is_said_how_to(run, service) -> None:
    service.put("GET /drift", {"items": [], "next": None})
    assert run("drift", "--known").err == "kombify: nobody has looked for drift yet\nlook now: kombify drift\n"
