"""A service that says what a test tells it to, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
OPENS_IT = "kmb_for-tests"


@dataclass
class Answer:
    """What is answered to one request; without a status the connection just breaks."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: bytes = b""
    """Sent as it is instead of a body; then the connection breaks."""


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class FakeService:
    """Answers each path with what was put there, the last one again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    says = Answer
    token = OPENS_IT

    @staticmethod
    def fixture(name: str) -> Any:
        """Return what a service answers, from a file."""
        return json.loads((HERE / "fixtures" / name).read_text(encoding="utf-8"))

    def put(self, request: str, *answers: Answer | Any) -> None:
        """Put answers behind ``GET /jobs``; what is no answer is the body of one."""
        self._answers[request] = [one if isinstance(one, Answer) else Answer(one) for one in answers]

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        path = asked.path.partition("?")[0].removeprefix("/v1/orchestrator")
        known = self._answers.get(f"{asked.method} {path}")
        if known is None:
            return Answer({"title": "Not Found", "status": 404, "detail": f"nothing at {path}"}, 404)
        return known.pop(0) if len(known) > 1 else known[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(service: FakeService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            answer = service.answer(Asked(self.command, self.path, dict(self.headers), body))
            self.close_connection = True
            if not answer.status:
                return
            sent = answer.stream or (b"" if answer.body is None else json.dumps(answer.body).encode())
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if not answer.stream:
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    return Handler


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """A service that commands find, and a token for it."""
    fake = FakeService()
    monkeypatch.setenv("KOMBISTACK_URL", fake.url)
    monkeypatch.setenv("KOMBISTACK_TOKEN", OPENS_IT)
    yield fake
    fake.close()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA_DIR", "PORT", "HOST", "STACKS_DIR", "DATABASE_URL", "LOG_LEVEL"):
        monkeypatch.delenv(f"KOMBISTACK_{name}", raising=False)
