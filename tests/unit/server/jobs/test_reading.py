"""The same over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from kombify.store.models import HostSummary

if TYPE_CHECKING:
    from conftest import Readers

JOB = "/v1/orchestrator/jobs/1"


def all_of(client: TestClient, path: str, **query: Any) -> list[Any]:
    """Read all pages."""
    items: list[Any] = []
    page: dict[str, Any] = {"next": None}
    while not items or page["next"] is not None:
        page = client.get(path, params={**query, **({"cursor": page["next"]} if page["next"] else {})}).json()
        items += page["items"]
    return items


def test_events_come_in_pages_with_their_details(reader: TestClient, stored: Readers) -> None:
    stored.write("abcde", host="nas")
    events = all_of(reader, f"{JOB}/events", limit=2)
    assert [event["counter"] for event in events] == [1, 2, 3, 4, 5]
    assert (events[4]["stdout"], events[4]["data"], events[4]["host"]) == ("e", {"res": {"n": 5}}, "nas")
    assert [one["counter"] for one in all_of(reader, f"{JOB}/events", limit=2, counter__gt=3)] == [4, 5]
    assert all_of(reader, f"{JOB}/events", host="nas", failed=False)
    assert reader.get(f"{JOB}/events", params={"failed": True}).json() == {"items": [], "next": None}


def test_hosts_come_in_pages(reader: TestClient, stored: Readers) -> None:
    stored.write([])
    with stored.database.begin() as session:
        session.add_all([HostSummary(job_id=1, host=name, ok=2, finished=True) for name in ("c", "a", "b")])
    hosts = all_of(reader, f"{JOB}/hosts", limit=2)
    assert [host["host"] for host in hosts] == ["a", "b", "c"]
    assert (hosts[0]["ok"], hosts[0]["failed"], hosts[0]["finished"]) == (2, 0, True)


def test_output_comes_in_every_form_and_can_do_nothing_in_a_browser(reader: TestClient, stored: Readers) -> None:
    stored.write(["\x1b[31m<script>\x1b[0m", "b"])
    seen = {form: reader.get(f"{JOB}/stdout", params={"format": form}) for form in ("txt", "ansi", "json", "html")}
    assert seen["txt"].text == "<script>\nb\n"
    assert seen["ansi"].text == "\x1b[31m<script>\x1b[0m\nb\n"
    assert seen["json"].json()["range"] == {"start": 0, "end": 2, "absolute_end": 2}
    assert '<span class="f1">&lt;script&gt;</span>\nb\n' in seen["html"].text
    for answer in seen.values():
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert [seen[form].headers["content-type"] for form in ("txt", "json", "html")] == [
        "text/plain; charset=utf-8",
        "application/json",
        "text/html; charset=utf-8",
    ]
    assert reader.get(f"{JOB}/stdout", params={"start_line": -1}).text == "b\n"


@pytest.mark.parametrize("what", ["events", "hosts", "stdout", "stream"])
def test_of_a_job_that_is_not_there_nothing_can_be_read(reader: TestClient, what: str) -> None:
    answer = reader.get(f"/v1/orchestrator/jobs/999/{what}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no job 999")


@pytest.mark.parametrize("what", ["events", "hosts", "stdout", "stream"])
def test_nobody_reads_without_a_token(anonymous: TestClient, what: str) -> None:
    assert anonymous.get(f"{JOB}/{what}").status_code == 401


@pytest.mark.parametrize(
    "query",
    ["events?counter__gt=x", "events?limit=0", "events?failed=maybe", "stdout?format=exe", "stdout?end_line=-1"],
)
def test_a_question_that_makes_no_sense_is_refused(reader: TestClient, stored: Readers, query: str) -> None:
    stored.write([])
    assert reader.get(f"{JOB}/{query}").status_code == 422
