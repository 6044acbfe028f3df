"""AWX's REST as its clients ask for it: what they read is there, in their words, under both prefixes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from kombify.engine.outcome import Outcome
from kombify.engine.turns import close
from kombify.server.service import Service
from kombify.store.models import Job

V2 = "/api/v2"


def results(client: TestClient, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{V2}/{path}/", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["results"])


def launch(client: TestClient, name: str = "home: hello", **body: Any) -> Any:
    template = results(client, "unified_job_templates", name=name)[0]
    return client.post(template["related"]["launch"], json=body)


def launched(client: TestClient, name: str = "home: hello", **body: Any) -> dict[str, Any]:
    answer = launch(client, name, **body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def label(client: TestClient, name: str) -> int:
    organization = results(client, "organizations")[0]["id"]
    answer = client.post(f"{V2}/labels/", json={"name": name, "organization": organization})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def end(service: Service, job_id: int, state: str) -> None:
    with service.database.begin() as session:
        close(session, session.get_one(Job, job_id), Outcome(state))


@pytest.mark.parametrize("home", ["/api", "/api/controller"])
def test_a_client_finds_its_way_from_the_top_without_a_token(anonymous: TestClient, home: str) -> None:
    top = anonymous.get(f"{home}/").json()
    assert top["available_versions"] == {"v2": f"{home}/v2/"}
    places = anonymous.get(top["current_version"])
    assert places.json()["job_templates"] == f"{home}/v2/job_templates/"
    assert (places.headers["X-API-Product-Name"], places.headers["X-API-Product-Version"]) == ("AWX", "24.6.1")
    assert anonymous.get(f"{home}/v2/ping/").status_code == 200


def test_everything_else_needs_a_token_and_says_so_as_awx_does(anonymous: TestClient) -> None:
    for path in ("config", "jobs", "job_templates", "labels", "organizations", "me", "unified_jobs"):
        answer = anonymous.get(f"{V2}/{path}/")
        assert answer.status_code == 401
        assert "token" in answer.json()["detail"]


def test_each_playbook_is_a_template_of_its_stack(reader: TestClient) -> None:
    templates = results(reader, "job_templates")
    assert {"home: hello", "home: site"} <= {one["name"] for one in templates}
    assert {one["summary_fields"]["organization"]["name"] for one in templates} == {"home"}
    workflows = results(reader, "workflow_job_templates")
    assert [one["name"] for one in workflows] == ["home: deployment", "home: plan"]
    assert len(results(reader, "unified_job_templates")) == len(templates) + 2


def test_numbers_stay_the_same(reader: TestClient) -> None:
    assert results(reader, "job_templates") == results(reader, "job_templates")


def test_a_template_is_found_by_number_name_and_named_url(reader: TestClient) -> None:
    one = results(reader, "job_templates", name="home: hello")[0]
    for text in (one["id"], "home: hello", "home: hello++home"):
        assert reader.get(f"{V2}/job_templates/{text}/").json() == one
    assert reader.get(f"{V2}/job_templates/home: hello++work/").status_code == 404
    assert reader.get(f"{V2}/workflow_job_templates/{one['id']}/").status_code == 404


def test_paths_in_answers_keep_the_prefix_that_the_client_came_by(reader: TestClient) -> None:
    template = reader.get("/api/controller/v2/job_templates/").json()["results"][0]
    assert template["related"]["launch"].startswith("/api/controller/v2/job_templates/")


def test_a_stack_is_an_organization_an_inventory_and_a_project(reader: TestClient) -> None:
    for plural in ("organizations", "inventories", "projects"):
        thing = results(reader, plural, name="home")[0]
        assert reader.get(thing["url"]).json() == thing
        assert reader.get(f"{V2}/{plural}/home/").json() == thing


def test_a_launch_answers_with_the_job_and_what_it_left_out(runner: TestClient) -> None:
    job = launched(runner, extra_vars="x: 1", limit="nas,pi", job_type="check", forks=5)
    assert (job["id"], job["job"], job["type"], job["status"]) == (1, 1, "job", "pending")
    assert (job["limit"], job["job_type"], job["extra_vars"]) == ("nas,pi", "check", '{"x": 1}')
    assert (job["name"], job["playbook"], job["failed"]) == ("home: hello", "hello", False)
    assert (job["event_processing_finished"], job["finished"], job["artifacts"]) == (False, None, {})
    assert job["ignored_fields"] == {"forks": 5}
    assert {"job_events", "stdout", "cancel", "relaunch"} <= job["related"].keys()
    shown = runner.get(job["url"]).json()
    assert job.items() >= shown.items()


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a pattern": ({"limit": "nas:*"}, "limit", "patterns"),
    "another machine": ({"limit": "nass"}, "limit", "there is no machine 'nass'"),
    "a group": ({"limit": "nas,all"}, "limit", "there is no machine 'all'"),
    "a way to the machines": ({"extra_vars": {"ansible_host": "x"}}, "extra_vars", "ansible_host: this one"),
    "arguments of SSH": ({"extra_vars": '{"ansible_ssh_common_args": "x"}'}, "extra_vars", "reaches machines"),
    "a template": ({"extra_vars": {"x": "{{ 1 }}"}}, "extra_vars", "template"),
    "a secret": ({"extra_vars": {"db_password": "x"}}, "extra_vars", "reference"),
    "an unknown label": ({"labels": [99]}, "labels", "does not exist"),
    "a strange type": ({"job_type": "scan"}, "job_type", "pattern"),
    "a tag": ({"job_tags": "--list-tasks"}, "job_tags", "names of tags"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_right_is_refused_with_awxs_name_of_the_field(runner: TestClient, what: str) -> None:
    body, field, said = REFUSED[what]
    answer = launch(runner, **body)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert said in answer.json()[field][0]
    assert results(runner, "jobs") == []


def test_a_body_that_is_no_object_is_refused(runner: TestClient) -> None:
    for body in ("[1]", "{", "\xff", "1" * 5000):
        answer = runner.post(f"{V2}/job_templates/home: hello/launch/", content=body)
        assert answer.status_code == 400
        assert "detail" in answer.json()


def test_who_may_read_launches_nothing_and_is_told_so(reader: TestClient) -> None:
    answer = launch(reader)
    assert answer.status_code == 403
    assert "run" in answer.json()["detail"]


def test_an_alerts_text_may_hold_braces(runner: TestClient) -> None:
    job = launched(runner, extra_vars={"ansible_eda": {"event": {"text": "{{ $value }} is high"}}}, limit="all")
    assert "{{ $value }}" in job["extra_vars"]
    assert job["limit"] == ""


def test_a_label_is_made_once_and_a_second_time_refused_in_the_words_that_clients_know(runner: TestClient) -> None:
    number = label(runner, "fish")
    again = runner.post(f"{V2}/labels/", json={"name": "fish", "organization": 1})
    assert (again.status_code, list(again.json())) == (400, ["__all__"])
    assert "already exists" in again.json()["__all__"][0]
    assert [one["id"] for one in results(runner, "labels", name="fish")] == [number]
    for body in ({"name": "x"}, {"organization": 1}, {"name": "x", "organization": 99}, {"name": 1, "organization": 1}):
        assert runner.post(f"{V2}/labels/", json=body).status_code == 400


def test_jobs_are_found_by_their_labels(runner: TestClient) -> None:
    first, second = label(runner, "a_b%"), label(runner, "axb1")
    job = launched(runner, labels=[first])
    launched(runner, labels=[second])
    launched(runner, extra_vars={"labels": ["a_b%"], "x": 1})
    assert job["summary_fields"]["labels"]["results"] == [{"id": first, "name": "a_b%"}]
    assert [one["id"] for one in results(runner, "jobs", labels__name="a_b%")] == [job["id"]]
    template = job["job_template"]
    assert len(results(runner, f"job_templates/{template}/jobs", labels__name="axb1")) == 1
    assert results(runner, "job_templates/home: site/jobs") == []


def test_a_launch_for_an_event_is_one_job_however_often_it_is_said(runner: TestClient, service: Service) -> None:
    labels = [label(runner, "eda-event-uuid-1"), label(runner, "eda")]
    same: dict[str, Any] = {"labels": labels, "extra_vars": {"ansible_eda": {"rule": "r"}}}
    first = launched(runner, **same)["id"]
    assert launched(runner, **same)["id"] == first
    assert launched(runner, **{**same, "extra_vars": {"ansible_eda": {"rule": "another"}}})["id"] != first
    end(service, first, "failed")
    again = launched(runner, **same)["id"]
    assert again != first
    assert launched(runner, **same)["id"] == again


def test_without_an_event_each_launch_is_a_job_unless_a_key_says_otherwise(runner: TestClient) -> None:
    assert launched(runner)["id"] != launched(runner)["id"]
    launch_path = f"{V2}/job_templates/home: hello/launch/"
    ids = {runner.post(launch_path, headers={"Idempotency-Key": "k"}).json()["id"] for _ in range(3)}
    assert len(ids) == 1


def test_a_workflow_is_launched_and_found_again(runner: TestClient) -> None:
    number = label(runner, "eda-event-uuid-2")
    workflow = launched(runner, "home: plan", labels=[number], extra_vars={"ansible_eda": {}})
    assert (workflow["type"], workflow["workflow_job"], workflow["name"]) == ("workflow_job", 1, "home: plan")
    assert workflow["ignored_fields"] == {"extra_vars": {"ansible_eda": {}}}
    template = workflow["workflow_job_template"]
    found = results(runner, f"workflow_job_templates/{template}/workflow_jobs", labels__name="eda-event-uuid-2")
    assert [one["url"] for one in found] == [workflow["url"]]
    assert results(runner, "jobs") == []
    nodes = results(runner, "workflow_jobs/1/workflow_nodes")
    assert [node["identifier"] for node in nodes] == ["validate", "plan"]
    assert launched(runner, "home: plan", labels=[number])["id"] == 1


def test_jobs_are_searched_as_clients_do(runner: TestClient, service: Service) -> None:
    for name in ("hello", "site", "hello"):
        launched(runner, f"home: {name}")
    end(service, 1, "lost")
    assert [one["id"] for one in results(runner, "jobs", id__in="1,3,99", page_size=3)] == [1, 3]
    assert [one["id"] for one in results(runner, "jobs", status="error")] == [1]
    assert [one["id"] for one in results(runner, "jobs", failed="false")] == [2, 3]
    assert [one["id"] for one in results(runner, "jobs", playbook="hello", order_by="-id")] == [3, 1]
    assert [one["id"] for one in results(runner, "jobs", name="home: site")] == [2]
    assert [one["id"] for one in results(runner, "jobs", organization=1, or__id=1, or__status="pending")] == [1, 2, 3]
    assert results(runner, "jobs", organization=99) == []
    assert runner.get(f"{V2}/jobs/", params={"colour": "red"}).status_code == 400


def test_the_jobs_of_a_workflow_are_found_as_its_monitor_asks(runner: TestClient, service: Service) -> None:
    workflow = launched(runner, "home: plan")["id"]
    job = launched(runner)["id"]
    with service.database.begin() as session:
        session.execute(update(Job).where(Job.id == job).values(parent_id=workflow))
    asked = {"order_by": "finished", "unified_job_node__workflow_job": workflow}
    answer = runner.get(f"{V2}/unified_jobs", params=asked)
    assert [one["id"] for one in answer.json()["results"]] == [job]


def test_a_job_is_canceled_once(runner: TestClient) -> None:
    job = launched(runner)
    cancel = job["related"]["cancel"]
    assert runner.get(cancel).json() == {"can_cancel": True}
    assert runner.post(cancel, json={}).status_code == 202
    assert runner.get(cancel).json() == {"can_cancel": False}
    again = runner.post(cancel)
    assert (again.status_code, again.json()) == (405, {"detail": 'Method "POST" not allowed.'})
    assert runner.get(job["url"]).json()["status"] == "canceled"


def test_a_job_is_launched_again(runner: TestClient) -> None:
    job = launched(runner, limit="nas")
    answer = runner.post(job["related"]["relaunch"], json={"hosts": "all"})
    again = answer.json()
    assert (answer.status_code, again["limit"], again["launch_type"]) == (201, "nas", "relaunch")
    assert runner.post(job["related"]["relaunch"], json={"hosts": "some"}).json().keys() == {"hosts"}


def test_what_is_not_there_is_not_found_in_awxs_words(runner: TestClient) -> None:
    for path in ("jobs/99/", "workflow_jobs/99/", "job_templates/99/", "labels/99/", "credentials/", "jobs/99/stdout/"):
        answer = runner.get(f"{V2}/{path}")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert runner.get(f"{V2}/jobs/", params={"page": 2}).json() == {"detail": "Invalid page."}


def test_options_say_what_can_be_done(runner: TestClient) -> None:
    lists = runner.options(f"{V2}/jobs/")
    assert lists.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert {"status", "name"} <= lists.json()["actions"]["GET"].keys()
    form = runner.options(f"{V2}/job_templates/1/launch/").json()["actions"]["POST"]
    assert form["extra_vars"]["type"] == "json"
    assert list(runner.options(f"{V2}/labels/").json()["actions"]) == ["GET", "POST"]


def test_who_logs_in_with_a_token_as_the_password_gets_it_back(anonymous: TestClient, tokens: dict[str, str]) -> None:
    text = base64.b64encode(f"anybody:{tokens['run']}".encode()).decode()
    basic = {"Authorization": f"Basic {text}"}
    for path in ("tokens/", "users/anybody/personal_tokens/"):
        answer = anonymous.post(f"{V2}/{path}", headers=basic, json={"scope": "write"})
        assert (answer.status_code, answer.json()["token"]) == (201, tokens["run"])
    assert anonymous.get(f"{V2}/me/", headers=basic).json()["results"][0]["username"] == "run"
    assert anonymous.delete(f"{V2}/tokens/0/", headers=basic).status_code == 204
    assert anonymous.get(f"{V2}/me/", headers={"Authorization": "Basic ???"}).status_code == 401
