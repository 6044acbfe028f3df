"""What a job wrote, as AWX's clients ask for it."""

from __future__ import annotations

from fastapi.testclient import TestClient
from sqlalchemy import insert

from kombify.server.service import Service
from kombify.store.models import Event, Job

EVENTS = 30


def wrote(service: Service) -> str:
    """Make a job that wrote 30 events of a line each, and return where it is."""
    with service.database.begin() as session:
        session.execute(insert(Job).values(id=7, kind="job", stack="home", state="running", request=REQUEST))
        session.execute(insert(Event), [event(counter) for counter in range(1, EVENTS + 1)])
    return "/api/v2/jobs/7"


REQUEST = {"kind": "job", "playbook": "kombify.stack.site"}


def event(counter: int) -> dict[str, object]:
    name = "runner_on_failed" if counter == 3 else "runner_on_ok"
    lines = {"start_line": counter - 1, "end_line": counter, "stdout": f"\x1b[0;32mline {counter}\x1b[0m"}
    return {"job_id": 7, "counter": counter, "event": name, "host": "nas", "data": {"n": counter}, **lines}


def test_events_come_in_pages_and_can_be_searched(reader: TestClient, service: Service) -> None:
    path = f"{wrote(service)}/job_events/"
    page = reader.get(path).json()
    assert (page["count"], len(page["results"])) == (EVENTS, 25)
    assert reader.get(page["next"]).json()["results"][0]["counter"] == 26
    assert page["results"][0]["event_data"] == {"n": 1}
    assert page["results"][0]["playbook"] == "site"
    found = reader.get(path, params={"counter__gt": 28, "order_by": "-counter"}).json()["results"]
    assert [one["counter"] for one in found] == [30, 29]
    found = reader.get(path, params={"event": "runner_on_failed", "host_name": "nas"}).json()["results"]
    assert [one["id"] for one in found] == [3]


def test_who_watches_gets_all_of_the_output_at_once(reader: TestClient, service: Service) -> None:
    path = f"{wrote(service)}/job_events/"
    asked = {"order_by": "start_line", "no_truncate": "True"}
    found = reader.get(path, params=asked).json()["results"]
    assert [one["start_line"] for one in found] == list(range(EVENTS))
    assert {str(one["event_data"]) for one in found} == {"{}"}
    found = reader.get(path, params={**asked, "start_line__gte": EVENTS}).json()["results"]
    assert found == []


def test_output_comes_plain_coloured_as_json_and_as_a_page(reader: TestClient, service: Service) -> None:
    path = f"{wrote(service)}/stdout/"
    plain = reader.get(path, params={"format": "txt_download"})
    assert plain.text.splitlines()[0] == "line 1"
    assert "attachment" in plain.headers["Content-Disposition"]
    assert reader.get(path, params={"format": "ansi_download"}).text.startswith("\x1b[0;32mline 1")
    said = reader.get(path, params={"format": "json", "start_line": 28}).json()
    assert (said["range"]["start"], said["content"].count("line")) == (28, 2)
    assert "<pre>" in reader.get(path, params={"format": "html"}).text
    assert reader.get(path, params={"format": "pdf"}).status_code == 404
