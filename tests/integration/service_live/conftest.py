"""A service as a process, and a test that is its worker: it writes into the database what jobs would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Event, Job, Run
from kombify.store.tokens import Scope, issue_token

KOMBIFY = Path(sys.executable).with_name("kombify")
LONG = 300
"""Seconds after which a test gives up."""
SPEC = "name: home\n"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


class Live:
    """One service that runs no jobs itself."""

    until = staticmethod(until)

    def __init__(self, folder: Path, url: str) -> None:
        (folder / "home").mkdir()
        (folder / "home/kombination.yaml").write_text(SPEC)
        self.folder = folder
        self.database = Database(url)
        migrate(self.database)
        with self.database.begin() as session:
            self.token = issue_token(session, "follower", Scope.READ)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.jobs = f"{self.base}/v1/orchestrator/jobs"
        self.headers = {"Authorization": f"Bearer {self.token}"}
        outside = {name: value for name, value in os.environ.items() if not name.startswith("KOMBISTACK_")}
        ours = {"PORT": self.port, "STACKS_DIR": "home", "DATABASE_URL": url, "JOBS_AT_ONCE": 0, "RATE_LIMIT": 0}
        self._environment = {**outside, **{f"KOMBISTACK_{name}": str(value) for name, value in ours.items()}}
        self.client = httpx.Client(timeout=LONG)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [KOMBIFY, "serve"], cwd=self.folder, env=self._environment, stdout=log, stderr=log
            )
        until(self._ready)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(LONG)
        self.process = None

    def memory(self) -> int:
        """Return how many megabytes the service has had at most since it was asked last."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        most = next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return most

    def busy(self) -> float:
        """Return the seconds that the service has used processors for."""
        assert self.process is not None
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def make(self, job_id: int = 1) -> None:
        with self.database.begin() as session:
            session.add(Job(id=job_id, kind="job", stack="home", state="running", request={}))
            session.flush()
            session.add(Run(job_id=job_id, worker="test", folder=""))

    def write(self, texts: Iterable[str], *, job_id: int = 1) -> None:
        """Store events as a worker does: some of them in one transaction."""
        with self.database.begin() as session:
            run = session.get_one(Run, job_id)
            for text in texts:
                run.counter += 1
                place = {"counter": run.counter, "start_line": run.counter - 1, "end_line": run.counter}
                session.add(Event(job_id=job_id, event="verbose", stdout=text, data={}, **place))

    def end(self, job_id: int = 1) -> None:
        with self.database.begin() as session:
            job = session.get_one(Job, job_id)
            job.state, job.ended_at, job.events_stored = "successful", datetime.now(UTC), True

    def stdout(self, form: str, job_id: int = 1) -> bytes:
        answer = self.client.get(f"{self.jobs}/{job_id}/stdout", params={"format": form}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.content

    def follow(self, job_id: int = 1) -> Follower:
        return Follower(self, job_id)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return self.client.get(f"{self.base}/healthz").is_success
        except httpx.HTTPError:
            return False


class Follower(threading.Thread):
    """Somebody who follows a job to its end, and comes again with the last number when the connection breaks."""

    def __init__(self, live: Live, job_id: int) -> None:
        super().__init__(daemon=True)
        self.counters: list[int] = []
        self.arrived: list[float] = []
        self.events: list[str] = []
        self.connections = 0
        self.last: dict[str, Any] = {}
        self._live = live
        self._job_id = job_id
        self.start()

    def run(self) -> None:
        while self.events[-1:] not in (["end"], ["bye"]):
            try:
                self._listen()
            except (httpx.HTTPError, OSError):
                time.sleep(0.05)

    def _listen(self) -> None:
        headers = {**self._live.headers, "Last-Event-ID": str(self.counters[-1] if self.counters else "")}
        url = f"{self._live.jobs}/{self._job_id}/stream"
        with self._live.client.stream("GET", url, headers=headers, timeout=60) as answer:
            assert answer.status_code == 200
            self.connections += 1
            event = ""
            for line in answer.iter_lines():
                word, _, value = line.partition(": ")
                if word == "event":
                    event = value
                elif word == "data":
                    self._take(event, json.loads(value))

    def _take(self, event: str, data: dict[str, Any]) -> None:
        self.last = data
        if event == "event":
            self.counters.append(data["counter"])
            self.arrived.append(time.monotonic())
        else:
            self.events.append(event)

    def finished(self) -> Follower:
        self.join(LONG)
        assert not self.is_alive(), f"it goes on after {len(self.counters)} events"
        return self


def _running(folder: Path, url: str) -> Iterator[Live]:
    live = Live(folder, url)
    live.start()
    yield live
    if live.process is not None:
        live.kill()
    live.client.close()
    live.database.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    yield from _running(tmp_path, f"sqlite:///{tmp_path / 'kombify.db'}")


@pytest.fixture
def live_anywhere(tmp_path: Path, database_url: str) -> Iterator[Live]:
    """The same with both databases in turn."""
    yield from _running(tmp_path, database_url)
