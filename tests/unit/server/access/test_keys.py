"""Keys of the gateway are read again when that can help, not more often, and kept while their server is away."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kombify.server.access.keys import FRESH, KEPT, RETRY, Keys


class KeyServer:
    """A server of keys that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.body = b""
        self.status = 200
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keys = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keys.asked += 1
                self.send_response(keys.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(keys.body)))
                self.end_headers()
                self.wfile.write(keys.body)

            def log_message(self, *_words: Any) -> None:
                """Say nothing."""

        return Handler


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server(signer: Any) -> Iterator[KeyServer]:
    server = KeyServer()
    server.body = json.dumps(signer.jwks()).encode()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_keys_are_read_once_while_they_are_fresh(server: KeyServer, clock: Clock) -> None:
    keys = Keys(server.url, clock)

    async def ask() -> None:
        assert all(await asyncio.gather(*(keys.get("one") for _ in range(20))))

    asyncio.run(ask())
    assert server.asked == 1
    clock.now += FRESH + 1
    assert asyncio.run(keys.get("one"))
    assert server.asked == 2


def test_a_new_key_is_found_soon(server: KeyServer, signer: Any, clock: Clock) -> None:
    keys = Keys(server.url, clock)
    asyncio.run(keys.get("one"))
    signer.add("two", "rsa")
    server.body = json.dumps(signer.jwks()).encode()
    clock.now += RETRY + 1
    assert asyncio.run(keys.get("two"))


def test_a_key_that_was_taken_away_opens_nothing_any_more(server: KeyServer, signer: Any, clock: Clock) -> None:
    keys = Keys(server.url, clock)
    assert asyncio.run(keys.get("one"))
    signer.add("two")
    del signer.keys["one"]
    server.body = json.dumps(signer.jwks()).encode()
    clock.now += FRESH + 1
    assert asyncio.run(keys.get("one")) is None


def test_unknown_keys_do_not_make_us_ask_again_and_again(server: KeyServer, clock: Clock) -> None:
    keys = Keys(server.url, clock)
    for number in range(50):
        assert asyncio.run(keys.get(f"made-up-{number}")) is None
    assert server.asked == 1


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (302, b""), (200, b"no JSON"), (200, b'{"keys": []}'), (200, b"x" * 300_000)]
)
def test_keys_are_kept_while_their_server_is_unwell(server: KeyServer, clock: Clock, status: int, body: bytes) -> None:
    keys = Keys(server.url, clock)
    asyncio.run(keys.get("one"))
    server.status, server.body = status, body
    clock.now += FRESH + 1
    assert asyncio.run(keys.get("one"))
    assert server.url in keys.trouble


def test_keys_are_not_believed_for_ever(server: KeyServer, clock: Clock) -> None:
    keys = Keys(server.url, clock)
    asyncio.run(keys.get("one"))
    server.status = 503
    clock.now += KEPT + 1
    assert asyncio.run(keys.get("one")) is None


def test_keys_come_back_when_their_server_does(server: KeyServer, clock: Clock) -> None:
    keys, body = Keys(server.url, clock), server.body
    server.body = b""
    assert asyncio.run(keys.get("one")) is None
    server.body = body
    clock.now += RETRY + 1
    assert asyncio.run(keys.get("one"))
    assert keys.trouble == ""


def test_a_file_that_is_not_there_is_a_trouble_and_no_fault(tmp_path: Path) -> None:
    keys = Keys(str(tmp_path / "none.json"))
    assert asyncio.run(keys.get("one")) is None
    assert "none.json" in keys.trouble
