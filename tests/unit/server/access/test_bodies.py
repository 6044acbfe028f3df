"""A body that is too large is never in memory, and JSON that can be read in two ways is read in none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from kombify.server.access.bodies import Bodies
from kombify.server.access.strict import NotStrict, check_json

LIMIT = 2**20


async def _echo(request: Request) -> JSONResponse:
    return JSONResponse(len(await request.body()))


@pytest.fixture
def asks() -> TestClient:
    return TestClient(Bodies(Starlette(routes=[Route("/", _echo, methods=["POST"])]), LIMIT))


class Sender:
    """A client that sends part after part without saying how much there is, as long as somebody reads."""

    def __init__(self, *, json: bool, said: int | None = None) -> None:
        self.read = 0
        kind = [(b"content-type", b"application/json")] if json else []
        length = [(b"content-length", str(said).encode())] if said is not None else []
        self.scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": kind + length}
        self.answers: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        self.read += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(self, message: Any) -> None:
        self.answers.append(message)


@pytest.mark.parametrize("json", [True, False])
@pytest.mark.parametrize(("said", "most"), [(10 * LIMIT, 0), (None, LIMIT + 65_536)])
def test_a_body_that_is_too_large_is_not_read_to_its_end(json: bool, said: int | None, most: int) -> None:
    sender = Sender(json=json, said=said)
    app = Bodies(Starlette(routes=[Route("/", _echo, methods=["POST"])]), LIMIT)
    asyncio.run(app(sender.scope, sender.receive, sender.send))
    assert sender.answers[0]["status"] == 413
    assert sender.read <= most


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_that_is_just_not_too_large_comes_in_whole(asks: TestClient, kind: str) -> None:
    body = b'"' + b"x" * (LIMIT - 2) + b'"'
    assert asks.post("/", content=body, headers={"Content-Type": kind}).json() == LIMIT
    assert asks.post("/", content=body + b" ", headers={"Content-Type": kind}).status_code == 413


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b'{"a": {"b": [1, NaN]}}', "a.b[1]", "NaN"),
        (b'{"a": -Infinity}', "a", "Infinity"),
        (b'{"a": 1e999}', "a", "too large"),
        (b'{"a": 18446744073709551616}', "a", "64 bits"),
        (b'{"a": -9223372036854775809}', "a", "64 bits"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "", "too many digits"),
        (rb'{"a": ["\ud800"]}', "a[0]", "surrogate"),
        (rb'{"\udfff": 1}', r"\udfff", "surrogate"),
        (rb'{"a": "x\u0000y"}', "a", "NUL"),
        (rb'{"a\u0000": 1}', r"a\0", "NUL"),
        (b'{"a": {"k": 1, "k": 2}}', "k", "twice"),
        (b"[" * 100 + b"]" * 100, "", "deep"),
        (b"[" * 200_000, "", "deep"),
        (b'{"a": ' * 90 + b"1" + b"}" * 90, "", "deep"),
        (b"\xff\xfe{", "", "not"),
        (b'{"a": "\xff"}', "", "UTF-8"),
        (b'{"a": 1', "", "not JSON"),
        (b"{'a': 1}", "", "not JSON"),
    ],
)
def test_json_that_others_would_read_differently_is_refused(
    asks: TestClient, body: bytes, field: str, words: str
) -> None:
    answer = asks.post("/", content=body, headers={"Content-Type": "application/json; charset=utf-8"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{}",
        b"null",
        b"9223372036854775807",
        b"-0.5e-3",
        '"😀"'.encode(),
        rb'"\ud83d\ude00"',
        b'{"a":{"a":1}}',
    ],
)
def test_json_that_is_just_json_comes_in(asks: TestClient, body: bytes) -> None:
    answer = asks.post("/", content=body, headers={"Content-Type": "application/merge-patch+json"})
    assert answer.json() == len(body)


def test_a_nul_in_the_address_is_refused(asks: TestClient) -> None:
    assert asks.post("/%00").status_code == 400
    assert asks.post("/?stack=a%00b").status_code == 400


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(NotStrict) as refused:
        check_json(b'{"variables": {"list": [{"deep": 1e400}]}}')
    assert refused.value.field == "variables.list[0].deep"
