"""Jobs over HTTP: what is launched is safe and found again, and what cannot be right is refused with the field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

JOBS = "/v1/orchestrator/jobs"


def launched(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(JOBS, json={"playbook": "hello", **body})
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_launch_is_accepted_and_says_where_the_job_is(runner: TestClient) -> None:
    answer = runner.post(JOBS, json={"playbook": "hello", "limit": ["nas"], "tags": ["a"], "variables": {"x": [1]}})
    assert answer.status_code == 202
    job = runner.get(answer.headers["Location"]).json()
    assert job == answer.json()
    assert (job["state"], job["playbook"], job["limit"], job["tags"]) == ("pending", "hello", ["nas"], ["a"])
    assert (job["stack"], job["launched_by"], job["variables"]) == ("home", "run", {"x": [1]})


def test_the_same_key_gives_the_first_job_again_and_another_one_for_something_else_is_refused(
    runner: TestClient,
) -> None:
    answers = [runner.post(JOBS, json={"playbook": "hello"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
    other = runner.post(JOBS, json={"playbook": "site"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert "stands for job 1" in other.json()["detail"]


def test_lists_come_in_pages_and_what_is_new_moves_nothing(runner: TestClient) -> None:
    for _ in range(5):
        launched(runner)
    first = runner.get(JOBS, params={"limit": 2}).json()
    launched(runner)
    second = runner.get(JOBS, params={"limit": 2, "cursor": first["next"]}).json()
    third = runner.get(JOBS, params={"limit": 2, "cursor": second["next"]}).json()
    assert [[job["id"] for job in page["items"]] for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third["next"] is None


def test_lists_can_be_narrowed(runner: TestClient) -> None:
    launched(runner)
    runner.post(f"{JOBS}/1/cancel")
    launched(runner)
    assert [job["id"] for job in runner.get(JOBS, params={"state": "pending"}).json()["items"]] == [2]
    assert runner.get(JOBS, params={"stack": "other"}).json()["items"] == []


def test_a_job_that_nobody_began_is_canceled_at_once_and_only_once(runner: TestClient) -> None:
    job = launched(runner)
    answer = runner.post(f"{JOBS}/{job['id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (202, "canceled")
    again = runner.post(f"{JOBS}/{job['id']}/cancel")
    assert (again.status_code, again.json()["detail"]) == (409, "job 1 has ended already")


def test_a_job_can_be_launched_again_as_it_was(runner: TestClient) -> None:
    first = launched(runner, limit=["pi"], variables={"x": 1})
    answer = runner.post(f"{JOBS}/{first['id']}/relaunch")
    again = answer.json()
    assert (answer.status_code, again["relaunch_of"]) == (202, first["id"])
    assert (again["limit"], again["variables"]) == (["pi"], {"x": 1})


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "another stack": ({"stack": "work"}, "stack", "there is no stack 'work'"),
    "another playbook": ({"playbook": "helo"}, "playbook", "none that may be launched"),
    "a path": ({"playbook": "../../etc/passwd"}, "playbook", "none that may be launched"),
    "an absolute path": ({"playbook": "/etc/hello.yml"}, "playbook", "none that may be launched"),
    "a pattern": ({"limit": ["*"]}, "limit[0]", "pattern"),
    "a group": ({"limit": ["all"]}, "limit[0]", "there is no machine 'all'"),
    "a file of hosts": ({"limit": ["@hosts"]}, "limit[0]", "pattern"),
    "an exclusion": ({"limit": ["nas:!pi"]}, "limit[0]", "pattern"),
    "a machine that is not there": ({"limit": ["nas", "nass"]}, "limit[1]", "there is no machine 'nass'"),
    "an option": ({"tags": ["--help"]}, "tags[0]", "pattern"),
    "another field": ({"forks": 5}, "forks", "not permitted"),
    "a template": ({"variables": {"x": {"y": ["{{ lookup('pipe', 'id') }}"]}}}, "variables.x.y[0]", "template"),
    "a template header": ({"variables": {"x": "#jinja2: block_start_string:'<'"}}, "variables.x", "template"),
    "a way to the machines": ({"variables": {"ansible_ssh_common_args": "-o x"}}, "variables.", "reaches machines"),
    "a variable with a strange name": ({"variables": {"a b": 1}}, "variables.a b", "letters, digits"),
    "a secret in the open": ({"variables": {"db_password": "x"}}, "variables", "as a reference"),
    "no number": ({"verbosity": "much"}, "verbosity", "integer"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_right_is_refused_with_its_field(runner: TestClient, what: str) -> None:
    body, field, said = REFUSED[what]
    answer = runner.post(JOBS, json={"playbook": "hello", **body})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()["errors"][0]
    assert problem["field"].startswith(field)
    assert said in problem["message"]
    assert runner.get(JOBS).json()["items"] == []


def test_what_takes_a_stack_away_and_secrets_of_the_services_machine_are_for_admins(
    runner: TestClient, admin: TestClient
) -> None:
    for body in ({"playbook": "destroy"}, {"playbook": "hello", "secrets": {"x": "file:/etc/shadow"}}):
        assert runner.post(JOBS, json=body).status_code == 403
        assert admin.post(JOBS, json=body).status_code == 202


def test_a_playbook_behind_a_link_to_somewhere_else_cannot_be_launched(
    runner: TestClient, stack: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text("[]", encoding="utf-8")
    (stack / "playbooks/sneaky.yml").symlink_to(outside)
    assert runner.post(JOBS, json={"playbook": "sneaky"}).status_code == 422


@pytest.mark.parametrize("way", ["", "/cancel", "/relaunch"])
def test_a_job_that_is_not_there_is_said_so(runner: TestClient, way: str) -> None:
    answer = runner.post(f"{JOBS}/99{way}") if way else runner.get(f"{JOBS}/99")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no job 99")


def test_a_stale_plan_is_refused_with_what_changed(runner: TestClient, stack: Path) -> None:
    plan = runner.get("/v1/orchestrator/stacks/home").json()["fingerprint"]
    assert runner.post(JOBS, json={"playbook": "hello", "plan": plan}).status_code == 202
    spec = stack / "kombination.yaml"
    spec.write_text(f"{spec.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")
    answer = runner.post(JOBS, json={"playbook": "hello", "plan": plan})
    assert (answer.status_code, answer.json()["changed"]) == (409, ["kombination.yaml"])


def test_a_token_is_needed_and_has_to_allow_it(anonymous: TestClient, reader: TestClient) -> None:
    assert anonymous.get(JOBS).status_code == 401
    assert anonymous.get(JOBS, headers={"Authorization": "Bearer kmb_wrong"}).status_code == 401
    refused = reader.post(JOBS, json={"playbook": "hello"})
    assert (refused.status_code, refused.json()["hint"]) == (403, "use a token with the scope 'run'")
    assert reader.get("/api/v1/jobs").status_code == 200
