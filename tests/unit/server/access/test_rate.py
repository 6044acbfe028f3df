"""Each address has its own count; a window passes; a clock that is set back locks out nobody."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kombify.server.access.rate import Limiter, RateLimit, network_of


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _talk(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def client(limit: str, address: str = "192.0.2.1", proxies: list[str] | None = None) -> TestClient:
    routes = [Route("/", _hello), Route("/healthz", _hello), WebSocketRoute("/ws", _talk)]
    app: Any = RateLimit(Starlette(routes=routes), Limiter(limit))
    if proxies:
        app = ProxyHeadersMiddleware(app, proxies)
    return TestClient(app, client=(address, 1))


def test_too_many_requests_are_told_when_to_come_again() -> None:
    asks = client("3/minute")
    assert [asks.get("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = asks.get("/")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_no_limit_is_no_limit() -> None:
    asks = client("0")
    assert {asks.get("/").status_code for _ in range(300)} == {200}


def test_an_address_does_not_pay_for_another() -> None:
    limiter = Limiter("1/minute")
    assert limiter.wait("192.0.2.1") == 0
    assert limiter.wait("192.0.2.1") > 0
    assert limiter.wait("192.0.2.2") == 0


def test_a_flood_of_addresses_is_counted_together_and_known_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kombify.server.access.rate.MOST", 5)
    limiter = Limiter("3/minute")
    assert [limiter.wait(f"192.0.2.{number}") for number in range(5)] == [0] * 5
    flood = [limiter.wait(f"198.51.100.{number}") for number in range(10)]
    assert [bool(wait) for wait in flood] == [False] * 3 + [True] * 7
    assert limiter.wait("192.0.2.1") == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("no address", "no address"),
    ],
)
def test_all_addresses_of_one_customer_are_counted_as_one(address: str, counted: str) -> None:
    assert network_of(address) == counted


def test_health_checks_of_this_machine_are_not_counted_and_others_are() -> None:
    here, away = client("2/minute", "127.0.0.1"), client("2/minute", "192.0.2.1")
    assert {here.get("/healthz").status_code for _ in range(10)} == {200}
    assert [away.get("/healthz").status_code for _ in range(3)] == [200, 200, 429]
    assert [here.get("/").status_code for _ in range(3)] == [200, 200, 429]


def test_a_stream_is_counted_once() -> None:
    asks = client("2/minute")
    with asks.websocket_connect("/ws") as talk:
        for _ in range(50):
            talk.send_text("hello")
            assert talk.receive_text() == "hello"
    assert [asks.get("/").status_code for _ in range(2)] == [200, 429]
    with pytest.raises(WebSocketDisconnect), asks.websocket_connect("/ws"):
        pass


def test_whom_a_trusted_proxy_speaks_for_is_counted() -> None:
    asks = client("1/minute", "10.0.0.1", ["10.0.0.0/8"])
    codes = [asks.get("/", headers={"X-Forwarded-For": who}).status_code for who in ("192.0.2.1", "192.0.2.2")]
    assert codes == [200, 200]
    assert asks.get("/", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429
    # what a client wrote itself stands before what the proxy added
    assert asks.get("/", headers={"X-Forwarded-For": "198.51.100.9, 192.0.2.2"}).status_code == 429


def test_nobody_else_is_believed_about_whom_he_speaks_for() -> None:
    asks = client("1/minute", "192.0.2.7", ["10.0.0.0/8"])
    codes = [asks.get("/", headers={"X-Forwarded-For": f"198.51.100.{one}"}).status_code for one in range(3)]
    assert codes == [200, 429, 429]


def test_a_clock_that_is_set_back_locks_out_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Limiter("1/minute")
    assert limiter.wait("192.0.2.1") == 0
    from time import time

    monkeypatch.setattr("time.time", lambda: time() - 3600)
    assert limiter.wait("192.0.2.1") == 0
