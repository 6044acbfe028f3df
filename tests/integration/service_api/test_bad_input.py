"""Bad input is answered with a problem that names the field, and with no fault."""

from __future__ import annotations

from typing import Any

import pytest

JOBS = "/v1/orchestrator/jobs"
KIND = {"Content-Type": "application/json"}
DEEP = b'{"playbook": "site", "variables": ' + b'{"a": ' * 200 + b"1" + b"}" * 201


def text(variables: str) -> bytes:
    return b'{"playbook": "site", "variables": {%s}}' % variables.encode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"stack": "nowhere"}, "stack"),
        ({"stack": "../home"}, "stack"),
        ({"stack": "home/../home"}, "stack"),
        ({"stack": 5}, "stack"),
        ({"playbook": "reboot_the_moon"}, "playbook"),
        ({"playbook": "../../etc/passwd"}, "playbook"),
        ({"playbook": "/etc/passwd"}, "playbook"),
        ({"playbook": "community.general.site"}, "playbook"),
        ({"playbook": ""}, "playbook"),
        ({"playbook": "site.yml; id"}, "playbook"),
        ({"limit": ["all:!nas"]}, "limit[0]"),
        ({"limit": ["*"]}, "limit[0]"),
        ({"limit": ["nas", "~n.*"]}, "limit[1]"),
        ({"limit": ["@/etc/passwd"]}, "limit[0]"),
        ({"limit": ["nas,other"]}, "limit[0]"),
        ({"limit": ["-i"]}, "limit[0]"),
        ({"limit": "nas"}, "limit"),
        ({"limit": ["nobody"]}, "limit"),
        ({"tags": ["a,b"]}, "tags[0]"),
        ({"tags": ["--extra-vars"]}, "tags[0]"),
        ({"verbosity": 6}, "verbosity"),
        ({"verbosity": 10**30}, "verbosity"),
        ({"check": "perhaps"}, "check"),
        ({"title": "x" * 201}, "title"),
        ({"forks": 5}, "forks"),
        ({"variables": []}, "variables"),
        ({"variables": {"db_password": "hunter2"}}, "variables"),
        ({"secrets": {"db_password": "hunter2"}}, "secrets.db_password"),
        ({"secrets": {"db password": "vault:kv/db#password"}}, "secrets.db password"),
        ({"secrets": {"db_password": {"a": 1}}}, "secrets.db_password"),
        ({"variables": {"x": "{{ lookup('pipe', 'id') }}"}}, "variables"),
        ({"variables": {"ansible_connection": "local"}}, "variables"),
        ({"plan": {"kombination.yaml": 5}}, "plan.kombination.yaml"),
    ],
)
def test_a_launch_that_makes_no_sense_names_its_field(api: Any, body: dict[str, Any], field: str) -> None:
    answer = api.ask("POST", JOBS, "run", json={"playbook": "site", **body})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    fields = [one["field"] for one in answer.json().get("errors", [])]
    assert any(one == field or one.startswith((f"{field}.", f"{field}[")) for one in fields), answer.text
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"\xff\xfe", 400),
        (text('"x": NaN'), 400),
        (text('"x": 1e999'), 400),
        (text('"x": 99999999999999999999'), 400),
        (text('"x": ' + "9" * 5000), 400),
        (text(r'"x": "\ud800"'), 400),
        (text(r'"x": "\u0000"'), 400),
        (text('"x": 1, "x": 2'), 400),
        (DEEP, 400),
        (b"[" * 500_000, 400),
        (b'"' + b"x" * 10_000_000 + b'"', 413),
    ],
)
def test_a_body_that_is_no_good_is_refused(api: Any, body: bytes, status: int) -> None:
    answer = api.ask("POST", JOBS, content=body, headers=KIND)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_ten_megabytes_in_pieces_are_refused_and_the_service_goes_on(api: Any) -> None:
    answer = api.ask("POST", JOBS, content=(b"x" * 65_536 for _ in range(160)), headers=KIND)
    assert answer.status_code == 413
    assert api.ask("GET", JOBS).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/v1/orchestrator/stacks/..%2f..%2fetc",
        "/v1/orchestrator/stacks/%2e%2e",
        "/v1/orchestrator/stacks/%ff",
        "/v1/orchestrator/stacks/a%00b",
        "/v1/orchestrator/nodes/%0a",
        "/v1/orchestrator/nodes?stack=a%00b",
        "/v1/orchestrator/nodes?stack=%ff%fe",
        "/v1/orchestrator/nodes?stack=nowhere",
        "/v1/orchestrator/jobs?limit=0",
        "/v1/orchestrator/jobs?limit=1e3",
        "/v1/orchestrator/jobs?cursor=-1",
        "/v1/orchestrator/jobs?cursor=99999999999999999999",
        "/v1/orchestrator/jobs/0",
        "/v1/orchestrator/jobs/99999999999999999999999",
        "/v1/orchestrator/jobs/1%20or%201=1",
        "/v1/orchestrator/jobs/4611686018427387904",
        "/v1/orchestrator/jobs/1e3/events",
        "/v1/orchestrator/schedules/..%2f..",
        "/v1/orchestrator/drift/0",
    ],
)
def test_an_address_that_makes_no_sense_is_a_problem(api: Any, path: str) -> None:
    answer = api.ask("GET", path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ä"])
def test_a_key_that_makes_no_sense_is_refused(api: Any, key: str) -> None:
    answer = api.ask("POST", JOBS, json={"playbook": "site"}, headers={"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.text or "idempotency-key" in answer.text
