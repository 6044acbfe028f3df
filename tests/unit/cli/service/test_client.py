"""What a command sees of the service: its errors in our words, and a restart not at all."""

from __future__ import annotations

import pytest

from kombify.cli.client import Answered, Away, Client
from kombify.cli.connection import Connection
from kombify.cli.ending import Code, Stop


@pytest.fixture
def client(service) -> Client:
    return Client(Connection(service.url, service.token))


def test_a_request_carries_the_token_and_leaves_out_what_nobody_asked_for(client: Client, service) -> None:
    service.put("GET /jobs", {"items": [], "next": None})
    assert client.items("/jobs", 20, stack=None, state="failed") == []
    assert service.asked[0].path == "/v1/orchestrator/jobs?state=failed&limit=20"
    assert service.asked[0].headers["Authorization"] == f"Bearer {service.token}"


def test_a_list_is_read_page_by_page(client: Client, service) -> None:
    service.put("GET /jobs", {"items": [{"id": 3}, {"id": 2}], "next": "2"}, {"items": [{"id": 1}], "next": None})
    assert [one["id"] for one in client.items("/jobs", 250)] == [3, 2, 1]
    assert [one.path.partition("?")[2] for one in service.asked] == ["limit=200", "cursor=2&limit=200"]


def test_a_problem_is_said_with_what_to_do(client: Client, service) -> None:
    problem = {"title": "Not Found", "detail": "there is no job 7", "hint": "see: GET /jobs"}
    service.put("GET /jobs/7", service.says(problem, 404))
    with pytest.raises(Answered) as caught:
        client.get("/jobs/7")
    assert (str(caught.value), caught.value.hint, caught.value.code) == (
        *("there is no job 7", "see: GET /jobs", Code.FAILED),
    )


def test_several_wrong_fields_are_all_named(client: Client, service) -> None:
    errors = [{"field": "limit[0]", "message": "no pattern"}, {"field": "verbosity", "message": "at most 5"}]
    service.put("POST /jobs", service.says({"title": "x", "detail": "limit[0]: no pattern; …", "errors": errors}, 422))
    with pytest.raises(Answered) as caught:
        client.launch("/jobs", {})
    assert str(caught.value).splitlines()[1:] == ["  limit[0]: no pattern", "  verbosity: at most 5"]


@pytest.mark.parametrize("status", [401, 403, 409])
def test_what_is_refused_ends_with_the_code_of_a_refusal(status: int, client: Client, service) -> None:
    service.put("POST /jobs", service.says({"title": "Forbidden", "detail": "no"}, status))
    with pytest.raises(Answered) as caught:
        client.launch("/jobs", {})
    assert caught.value.code is Code.REFUSED


def test_somebody_else_at_the_url_is_no_fault_of_ours(client: Client, service) -> None:
    service.put("GET /jobs", service.says("<html>", 502))
    with pytest.raises(Answered) as caught:
        client.get("/jobs")
    assert str(caught.value) == f"{service.url} answers 502 Bad Gateway"


def test_who_never_answered_is_not_waited_for(service) -> None:
    service.close()
    with pytest.raises(Away) as caught:
        Client(Connection(service.url, service.token)).get("/jobs")
    assert str(caught.value) == f"no service answers at {service.url}"


def test_who_answered_before_is_asked_again_when_the_connection_breaks(client: Client, service) -> None:
    gone = service.says(status=0)
    service.put("GET /jobs", [], gone, gone, [1])
    assert [client.get("/jobs"), client.get("/jobs")] == [[], [1]]


def test_a_launch_is_repeated_with_the_same_key_so_that_it_happens_once(client: Client, service) -> None:
    service.put("GET /jobs", [])
    service.put("POST /jobs", service.says(status=0), service.says({"id": 1}, 202))
    client.get("/jobs")
    assert client.launch("/jobs", {"playbook": "site"}) == {"id": 1}
    keys = [one.headers["Idempotency-Key"] for one in service.asked if one.method == "POST"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_may_not_be_repeated_is_asked_once(client: Client, service) -> None:
    service.put("GET /jobs", [])
    service.put("POST /tokens", service.says(status=0), {"id": 1})
    client.get("/jobs")
    with pytest.raises(Stop, match="went away in the middle of it"):
        client.post("/tokens", {"name": "x"})
    assert [one.method for one in service.asked] == ["GET", "POST"]


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_asked_to_wait_waits_and_asks_again(status: int, client: Client, service) -> None:
    service.put("GET /jobs", service.says({"title": "later"}, status, {"Retry-After": "1"}), [1])
    assert client.get("/jobs") == [1]


def test_who_is_asked_to_wait_for_ever_says_so(client: Client, service) -> None:
    problem = {"title": "Too Many Requests", "detail": "too many requests", "hint": "wait an hour"}
    service.put("GET /jobs", service.says(problem, 429, {"Retry-After": "3600"}))
    with pytest.raises(Answered, match="too many requests"):
        client.get("/jobs")
