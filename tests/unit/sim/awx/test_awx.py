"""A simulated AWX takes what AWX takes, refuses what AWX refuses, and keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kombify.sim.awx.app import create_awx
from kombify.sim.awx.things import Things

KEY = "a-key"


@pytest.fixture
def awx(tmp_path: Path) -> TestClient:
    return client(tmp_path)


def client(folder: Path) -> TestClient:
    app = create_awx(Things(folder / "things.json"), KEY)
    return TestClient(app, headers={"Authorization": f"Bearer {KEY}"})


def make(awx: TestClient, kind: str, **fields: Any) -> Any:
    answer = awx.post(f"/api/v2/{kind}/", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_it_says_what_it_is_to_all_and_the_rest_to_who_has_the_key(awx: TestClient) -> None:
    answer = awx.get("/api/v2/ping/", headers={"Authorization": ""})
    assert (answer.status_code, answer.headers["X-API-Product-Name"]) == (200, "AWX")
    assert awx.get("/api/v2/projects/", headers={"Authorization": "Bearer other"}).status_code == 401


def test_what_was_made_is_found_changed_and_removed(awx: TestClient) -> None:
    project = make(awx, "projects", name="home", organization=1)
    assert project["summary_fields"]["organization"] == {"id": 1, "name": "Default"}
    assert awx.get("/api/v2/projects/", params={"name": "home"}).json()["results"][0]["id"] == project["id"]
    assert awx.patch(project["url"], json={"scm_branch": "main"}).json()["scm_branch"] == "main"
    assert awx.delete(project["url"]).status_code == 204
    assert awx.get(project["url"]).status_code == 404


def test_there_is_one_of_a_name_in_an_organization(awx: TestClient) -> None:
    make(awx, "projects", name="home", organization=1)
    answer = awx.post("/api/v2/projects/", json={"name": "home", "organization": 1})
    assert (answer.status_code, list(answer.json())) == (400, ["__all__"])


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no name": ("inventories", {}, "name"),
    "an organization that is not there": ("inventories", {"name": "x", "organization": 9}, "organization"),
    "a template without a playbook": ("job_templates", {"name": "x", "project": 9}, "playbook"),
    "no start": ("schedules", {"name": "x", "rrule": "RRULE:FREQ=DAILY;INTERVAL=1"}, "rrule"),
    "two months": (
        "schedules",
        {"name": "x", "rrule": "DTSTART:20260101T000000Z RRULE:INTERVAL=1;BYMONTH=1,2"},
        "rrule",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_awx_would_refuse_is_refused_with_the_field(awx: TestClient, what: str) -> None:
    kind, fields, wrong = REFUSED[what]
    answer = awx.post(f"/api/v2/{kind}/", json=fields)
    assert answer.status_code == 400
    assert wrong in answer.json()


def test_a_template_has_the_organization_of_its_project_and_a_survey(awx: TestClient) -> None:
    project = make(awx, "projects", name="home", organization=1)
    template = make(awx, "job_templates", name="site", project=project["id"], playbook="site.yml")
    assert template["organization"] == 1
    survey = {"spec": [{"variable": "x"}]}
    awx.post(template["related"]["survey_spec"], json=survey)
    assert awx.get(template["related"]["survey_spec"]).json() == survey


def test_lists_of_a_thing_hold_things_that_are_there(awx: TestClient) -> None:
    workflow = make(awx, "workflow_job_templates", name="deployment", organization=1)
    first, second = (
        make(awx, "workflow_job_template_nodes", identifier=name, workflow_job_template=workflow["id"]) for name in "ab"
    )
    place = first["related"]["success_nodes"]
    assert awx.post(place, json={"id": 99}).status_code == 400
    assert awx.post(place, json={"id": second["id"]}).status_code == 204
    assert [one["identifier"] for one in awx.get(place).json()["results"]] == ["b"]
    awx.post(place, json={"id": second["id"], "disassociate": True})
    assert awx.get(place).json()["count"] == 0
    awx.delete(workflow["url"])
    assert awx.get("/api/v2/workflow_job_template_nodes/").json()["count"] == 0


def test_what_can_be_run_is_listed_together_and_lists_have_pages(awx: TestClient) -> None:
    for number in range(3):
        make(awx, "projects", name=f"p{number}", organization=1)
    make(awx, "workflow_job_templates", name="w", organization=1)
    first = awx.get("/api/v2/unified_job_templates/", params={"page_size": 3}).json()
    assert (first["count"], len(first["results"])) == (4, 3)
    assert [one["name"] for one in awx.get(first["next"]).json()["results"]] == ["w"]


def test_all_is_there_again_after_a_restart(awx: TestClient, tmp_path: Path) -> None:
    project = make(awx, "projects", name="home", organization=1)
    again = client(tmp_path)
    assert again.get(project["url"]).json()["name"] == "home"
    assert make(again, "projects", name="work", organization=1)["id"] > project["id"]
