"""The service behind a real socket, in this process. It takes orders, and nobody runs them."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import Settings
from kombify.store.migrate import migrate
from kombify.store.tokens import Scope, issue_token

LONG = 120
SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
nodes: {nas: 192.0.2.10}
"""


@dataclass
class Api:
    """A service, its address, and a token of each scope."""

    service: Service
    url: str
    tokens: dict[str, str]
    folder: Path

    def ask(self, method: str, path: str, scope: str = Scope.ADMIN, **given: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[scope]}", **given.pop("headers", {})}  # type: ignore[dict-item]
        return httpx.request(method, self.url + path, headers=headers, timeout=LONG, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("api")
    (folder / "home").mkdir()
    (folder / "home" / "kombination.yaml").write_text(SPEC)
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    settings = Settings(
        data_dir=folder / "data", stacks_dir=folder / "home", database_url=url, jobs_at_once=0, rate_limit="0"
    )
    service = Service(settings)
    migrate(service.database)
    with service.database.begin() as session:
        tokens = {scope: issue_token(session, f"test-{scope}", scope) for scope in Scope}
    server = uvicorn.Server(uvicorn.Config(create_app(service), port=0, log_level="warning", http="httptools"))
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),))
    thread.start()
    deadline = time.monotonic() + LONG
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Api(service, f"http://127.0.0.1:{port}", tokens, folder)
    server.should_exit = True
    thread.join(LONG)
    assert not thread.is_alive()
    shutil.rmtree(folder)
