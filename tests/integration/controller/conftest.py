"""The service as a process of its own, and AWX's clients as their users have them, unmodified."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from kombify.runner.processes import end_all
from kombify.store.database import Database
from kombify.store.tokens import Scope, issue_token

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "docs/examples/awx-clients"
BIN = Path(sys.executable).parent
LONG = 900
"""Seconds after which a test gives up: nothing here depends on how fast the machine is."""


@dataclass
class Controller:
    """A service with one stack, which can be killed, and its clients."""

    folder: Path
    port: int
    token: str = ""
    process: subprocess.Popen[bytes] | None = None
    clients: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def stack(self) -> Path:
        return self.folder / "home"

    def start(self) -> None:
        words = ["serve", "--port", str(self.port), "--data-dir", "data", "--stacks", "home"]
        environment = {**os.environ, "KOMBISTACK_RATE_LIMIT": "0"}
        with (self.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [BIN / "kombify", *words], cwd=self.folder, env=environment, stdout=log, stderr=log
            )
        self.until(self.ready)
        if not self.token:
            self.token = self.new_token(Scope.RUN)

    def new_token(self, scope: Scope) -> str:
        database = Database(f"sqlite:///{self.folder / 'data/kombify.db'}")
        with database.begin() as session:
            token = issue_token(session, f"test-{secrets.token_hex(4)}", scope)
        database.close()
        return token

    def ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "service.log").read_text()
        try:
            return httpx.get(f"{self.url}/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(LONG)

    def get(self, path: str, **asked: Any) -> dict[str, Any]:
        """Ask as a client would."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.url}/api/v2/{path}/", params=asked, headers=headers, timeout=LONG)
        assert answer.status_code == httpx.codes.OK, answer.text
        return dict(answer.json())

    def post(self, path: str, key: str) -> dict[str, Any]:
        """Launch something, once for each key."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        answer = httpx.post(f"{self.url}{path}", headers=headers, timeout=LONG)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return dict(answer.json())

    def jobs(self, path: str = "jobs", **asked: Any) -> list[dict[str, Any]]:
        return list(self.get(path, page_size=200, **asked)["results"])

    def run(self, program: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a client to its end, and return what it said."""
        client = self.open(program, *words, **more)
        said, _nothing = client.communicate(timeout=LONG)
        return subprocess.CompletedProcess(client.args, client.returncode, said)

    def open(self, program: str, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start a client."""
        given = {"CONTROLLER_HOST": self.url, "CONTROLLER_OAUTH_TOKEN": self.token, "CONTROLLER_COLOR": "false"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE", "KOMB"))}
        path = os.pathsep.join((str(BIN), os.environ["PATH"]))
        places = {"PATH": path, "ANSIBLE_HOME": str(self.folder / "ansible"), "HOME": str(self.folder)}
        client = subprocess.Popen(
            [program, *words],
            cwd=self.folder,
            env={**kept, **given, **places, "ANSIBLE_NOCOLOR": "1", **more},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.clients.append(client)
        return client

    def awx(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("awx", *words)

    def awx_json(self, *words: str) -> dict[str, Any]:
        """Run the ``awx`` command, and return what it found."""
        ran = self.awx(*words, "-f", "json")
        assert ran.returncode == 0, ran.stdout
        return dict(json.loads(ran.stdout[ran.stdout.index("{") :]))

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.3)

    def go(self) -> None:
        """Let the play end that holds on."""
        (self.stack / "go").touch()

    def leave(self) -> None:
        for client in self.clients:
            if client.poll() is None:
                os.killpg(client.pid, signal.SIGKILL)
                client.wait(LONG)
            if client.stdout is not None:
                client.stdout.close()
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGTERM)
        for folder in self.stack.glob(".kombify/jobs/*/"):
            end_all(folder, grace=0)


def _new_controller(folder: Path) -> Controller:
    shutil.copytree(EXAMPLES / "home", folder / "home")
    shutil.copytree(HERE / "playbooks", folder / "home/playbooks", dirs_exist_ok=True)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return Controller(folder, one.getsockname()[1])


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """A service for the tests of a module."""
    found = _new_controller(tmp_path_factory.mktemp("controller"))
    try:
        found.start()
        yield found
    finally:
        found.leave()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Controller]:
    """A service of one test, which may kill it."""
    found = _new_controller(tmp_path)
    try:
        found.start()
        yield found
    finally:
        found.leave()
