"""Channels over one WebSocket: what is asked for, what is refused, and what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from kombify.server.app import create_app
from kombify.server.live import passes, socket
from kombify.server.service import Service
from kombify.store.models import Job, Notice, Worker
from kombify.store.tokens import Scope, revoke_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Stage

WS = "/v1/orchestrator/ws"


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service)) as client:
        yield client


@pytest.fixture
def open_one(client: TestClient, tokens: dict[str, str]) -> Iterator[WebSocketTestSession]:
    """A client that has said who it is."""
    with client.websocket_connect(WS, headers={"Authorization": f"Bearer {tokens[Scope.READ]}"}) as session:
        assert told(session) == ("", "authenticated", {"name": "read", "scope": "read"})
        yield session


@pytest.fixture
def jobs(service: Service, staged: type[Stage]) -> Stage:
    """Lets jobs happen in the service's database."""
    return staged(service.database, service.database)


def told(session: WebSocketTestSession) -> tuple[str, str, dict[str, Any]]:
    message = session.receive_json()
    assert list(message) == ["channel", "event", "data"]
    return message["channel"], message["event"], message["data"]


def subscribe(session: WebSocketTestSession, *channels: str, **more: Any) -> None:
    session.send_json({"action": "subscribe", "channels": list(channels), **more})
    assert sorted(told(session)[:2] for _ in channels) == sorted((name, "subscribed") for name in channels)


def test_a_job_is_told_from_its_beginning_to_its_end(open_one: WebSocketTestSession, jobs: Stage) -> None:
    jobs.make(7, "running")
    jobs.write(1, 2, job_id=7)
    subscribe(open_one, "jobs.7")
    assert [told(open_one)[1] for _ in range(3)] == ["state", "event", "event"]
    jobs.write(3, job_id=7)
    channel, event, data = told(open_one)
    assert (channel, event, data["counter"], data["stdout"]) == ("jobs.7", "event", 3, "line 3")
    jobs.end(7)
    assert [told(open_one)[1] for _ in range(2)] == ["state", "end"]


def test_a_job_can_be_told_from_behind_a_counter(open_one: WebSocketTestSession, jobs: Stage) -> None:
    jobs.make(7, "running")
    jobs.write(1, 2, 3, job_id=7)
    subscribe(open_one, "jobs.7", after={"jobs.7": 2})
    assert told(open_one)[1] == "state"
    assert told(open_one)[2]["counter"] == 3


def test_the_states_of_all_jobs_are_told_from_now_on(open_one: WebSocketTestSession, jobs: Stage) -> None:
    jobs.make(1, "running")
    subscribe(open_one, "jobs")
    jobs.make(2)
    assert _of_job(told(open_one)) == ("jobs", 2, "pending")
    jobs.change(2, state="running")
    assert _of_job(told(open_one)) == ("jobs", 2, "running")
    jobs.end(1)
    assert _of_job(told(open_one)) == ("jobs", 1, "successful")
    jobs.make(3)
    assert _of_job(told(open_one)) == ("jobs", 3, "pending")
    jobs.end(3, "canceled")
    assert _of_job(told(open_one)) == ("jobs", 3, "canceled")


def test_of_thousands_of_jobs_that_wait_each_is_told_when_its_turn_comes(
    open_one: WebSocketTestSession, jobs: Stage
) -> None:
    with jobs.database.begin() as session:
        session.add_all([Job(kind="job", stack="home", state="pending", request={}) for _ in range(200)])
    subscribe(open_one, "jobs")
    jobs.change(1, state="waiting")
    assert _of_job(told(open_one)) == ("jobs", 1, "waiting")
    jobs.end(2, "canceled")
    assert _of_job(told(open_one)) == ("jobs", 2, "canceled")


def _of_job(message: tuple[str, str, dict[str, Any]]) -> tuple[str, int, str]:
    assert message[1] == "state"
    return message[0], message[2]["id"], message[2]["state"]


def test_of_one_stack_only_what_concerns_it_is_told(
    open_one: WebSocketTestSession, jobs: Stage, service: Service
) -> None:
    subscribe(open_one, "stacks.home")
    jobs.make(1, stack="cabin")
    with service.database.begin() as session:
        session.add(Notice(kind="drift.found", subject="7", stack="home", data={"hosts": 2}))
    channel, event, data = told(open_one)
    assert (channel, event, data["kind"], data["data"]) == ("stacks.home", "notice", "drift.found", {"hosts": 2})
    jobs.make(2, stack="home")
    assert _of_job(told(open_one)) == ("stacks.home", 2, "pending")


def test_workers_and_notices_are_told(open_one: WebSocketTestSession, service: Service) -> None:
    with service.database.begin() as session:
        session.add(Worker(id="one", beats=1))
    subscribe(open_one, "workers", "notices")
    with service.database.begin() as session:
        worker = session.get_one(Worker, "one")
        worker.beats += 1
        session.add(Notice(kind="worker.dead", subject="two", data={}))
    assert told(open_one)[:2] == ("notices", "notice"), "that a worker lives is no news"
    with service.database.begin() as session:
        session.get_one(Worker, "one").state = "draining"
    channel, event, data = told(open_one)
    assert (channel, event, data["id"], data["state"]) == ("workers", "worker", "one", "draining")


def test_what_was_unsubscribed_is_not_told_any_more(open_one: WebSocketTestSession, jobs: Stage) -> None:
    subscribe(open_one, "jobs", "stacks.home")
    open_one.send_json({"action": "unsubscribe", "channels": ["jobs"]})
    assert told(open_one)[:2] == ("jobs", "unsubscribed")
    jobs.make(1)
    assert told(open_one)[0] == "stacks.home"


def test_somebody_is_there(open_one: WebSocketTestSession) -> None:
    open_one.send_json({"action": "ping"})
    assert told(open_one) == ("", "pong", {})


WRONG = {
    "no JSON": ("{", "Invalid JSON"),
    "not an object": ("[1]", "object"),
    "NUL": ('{"action": "ping"\0}', "Invalid JSON"),
    "unknown action": ('{"action": "launch"}', "'launch'"),
    "no action": ("{}", "action"),
    "no channels": ('{"action": "subscribe"}', "channels: Field required"),
    "channels are no list": ('{"action": "subscribe", "channels": "jobs"}', "channels: Input should be a valid array"),
    "a channel is no text": ('{"action": "subscribe", "channels": [7]}', "channels.0: Input should be a valid string"),
    "too many at once": (f'{{"action": "subscribe", "channels": [{",".join(["1"] * 101)}]}}', "channels"),
    "nested very deeply": ("[" * 16_000, "Invalid JSON"),
    "too long": ('{"action": "ping"}' + " " * 20_000, "longer than 16384 characters"),
    "after is no number": ('{"action": "subscribe", "channels": ["jobs.1"], "after": {"jobs.1": -1}}', "after"),
}


@pytest.mark.parametrize(("sent", "expected"), WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_answered_and_the_connection_stays(
    open_one: WebSocketTestSession, sent: str, expected: str
) -> None:
    open_one.send_text(sent)
    channel, event, data = told(open_one)
    assert (channel, event) == ("", "error")
    assert expected in data["message"]
    test_somebody_is_there(open_one)


def test_bytes_are_no_message(open_one: WebSocketTestSession) -> None:
    open_one.send_bytes(b"\xff\x00")
    assert told(open_one)[2]["message"] == "messages are text"
    test_somebody_is_there(open_one)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("stacks.hom", "there is no stack 'hom'"),
        ("nothing", "there is no channel 'nothing'"),
        ("jobs.x", "there is no channel 'jobs.x'"),
        ("jobs.\u0667", "there is no channel 'jobs.\u0667'"),
        ("jobs.99999999999999999999999", "there is no channel"),
        ("jobs.999", "there is no job 999"),
    ],
)
def test_a_channel_that_is_not_there_is_refused_and_others_are_not(
    open_one: WebSocketTestSession, channel: str, expected: str
) -> None:
    open_one.send_json({"action": "subscribe", "channels": [channel, "workers"]})
    errors: list[str] = []
    subscribed = False
    while not (errors and subscribed):
        name, event, data = told(open_one)
        errors += [data["message"]] if (name, event) == (channel, "error") else []
        subscribed |= (name, event) == ("workers", "subscribed")
    assert expected in errors[0]


def test_nobody_has_more_channels_than_a_hundred(open_one: WebSocketTestSession, jobs: Stage) -> None:
    open_one.send_json({"action": "subscribe", "channels": [f"jobs.{number}" for number in range(1, 101)]})
    open_one.send_json({"action": "subscribe", "channels": ["jobs"]})
    while (message := told(open_one))[0] != "jobs":
        continue
    assert message[1:] == ("error", message[2])
    assert message[2]["message"] == "more than 100 channels"


def test_who_says_nothing_about_himself_gets_nothing(client: TestClient) -> None:
    with client.websocket_connect(WS) as session:
        session.send_json({"action": "subscribe", "channels": ["jobs"]})
        assert told(session)[2]["message"] == "authenticate first"


def test_who_does_not_say_who_he_is_is_sent_away(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "LOGIN", 0.0)
    monkeypatch.setattr(socket, "FRESH", 0.01)
    assert _closed(client) == (4001, "no token came within 0 seconds")


def test_a_token_can_come_in_the_first_message(client: TestClient, tokens: dict[str, str]) -> None:
    with client.websocket_connect(WS) as session:
        session.send_json({"action": "authenticate", "token": tokens[Scope.RUN]})
        assert told(session) == ("", "authenticated", {"name": "run", "scope": "run"})
        subscribe(session, "workers")


def test_a_token_in_the_address_is_none(client: TestClient, tokens: dict[str, str]) -> None:
    with client.websocket_connect(f"{WS}?token={tokens[Scope.READ]}&access_token={tokens[Scope.READ]}") as session:
        session.send_json({"action": "subscribe", "channels": ["jobs"]})
        assert told(session)[2]["message"] == "authenticate first"


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic eDp5", "Bearer ", "nonsense"])
def test_a_bad_token_ends_the_connection(client: TestClient, tokens: dict[str, str], header: str) -> None:
    code, reason = _closed(client, headers={"Authorization": header})
    assert code == 4001
    assert "token" in reason


def test_a_bad_token_in_a_message_ends_the_connection(client: TestClient, tokens: dict[str, str]) -> None:
    code, _reason = _closed(client, {"action": "authenticate", "token": "kmb_wrong"})
    assert code == 4001


def _closed(client: TestClient, *sent: Any, **values: Any) -> tuple[int, str]:
    with client.websocket_connect(WS, **values) as session:
        for message in sent:
            session.send_json(message)
        with pytest.raises(WebSocketDisconnect) as closed:
            session.receive_json()
    return closed.value.code, closed.value.reason


def test_a_token_that_is_revoked_ends_the_connection(
    open_one: WebSocketTestSession, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "FRESH", 0.0)
    monkeypatch.setattr(socket, "FRESH", 0.01)
    subscribe(open_one, "workers")
    with service.database.begin() as session:
        revoke_token(session, "read")
    with pytest.raises(WebSocketDisconnect) as closed:
        open_one.receive_json()
    assert (closed.value.code, closed.value.reason) == (4001, "your token was revoked or has expired")
