"""A client that never knows whether its request arrived, and so repeats it until somebody answers."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from home import STACKS
from service import ServiceProcess

API = "/v1/orchestrator"
BACKLOG = 2
"""Jobs of a stack that are launched ahead."""
PAUSE = 0.3


@dataclass
class Client:
    """Launches jobs with keys, cancels some, and remembers what it was told."""

    service: ServiceProcess
    chance: random.Random
    cancels: float
    """How many of the jobs it cancels."""
    answers: dict[str, set[int]] = field(default_factory=dict)
    """For each key the numbers that the service answered with."""
    requests: int = 0
    unread: int = 0
    """Requests whose answer it did not wait for."""
    canceled: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    """Answers that say that the service made a mistake; that it is not there, or its database, is none."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Launch from now on, in a thread."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Launch nothing more; each launch that was begun gets its answer first."""
        self._stop.set()
        assert self._thread is not None
        self._thread.join()

    def unfinished(self) -> list[dict[str, Any]]:
        """Return the jobs that have not ended."""
        return [job for job in self.jobs() if job["ended_at"] is None]

    def jobs(self) -> list[dict[str, Any]]:
        """Return all jobs, as the service tells them."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self._insist("GET", f"{API}/jobs", params={"limit": 200, **({"cursor": cursor} if cursor else {})})
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def _work(self) -> None:
        number = 0
        while not self._stop.is_set():
            waiting = self.unfinished()
            for stack in STACKS:
                if sum(job["stack"] == stack for job in waiting) < BACKLOG and not self._stop.is_set():
                    number += 1
                    self._launch(stack, f"job-{number:04}")
            if waiting and self.chance.random() < self.cancels:
                self._cancel(self.chance.choice(waiting)["id"])
            time.sleep(PAUSE)

    def _launch(self, stack: str, label: str) -> None:
        variables = {"stack": stack, "job": label, "seconds": round(self.chance.uniform(0, 1), 1)}
        body = {"stack": stack, "playbook": "trace", "title": label, "variables": variables}
        told = self.answers.setdefault(label, set())
        while self.chance.random() < 0.3:
            self._shout(label, body)
        told.add(self._insist("POST", f"{API}/jobs", json=body, headers={"Idempotency-Key": label})["id"])
        if self.chance.random() < 0.3:
            told.add(self._insist("POST", f"{API}/jobs", json=body, headers={"Idempotency-Key": label})["id"])

    def _cancel(self, job_id: int) -> None:
        self.canceled.add(job_id)
        self._insist("POST", f"{API}/jobs/{job_id}/cancel", fine=(httpx.codes.CONFLICT,))

    def _shout(self, key: str, body: dict[str, Any]) -> None:
        """Send a launch and hang up, so that nobody can tell whether it arrived."""
        text = json.dumps(body).encode()
        lines = (
            f"POST {API}/jobs HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.service.token}",
            f"Idempotency-Key: {key}",
            "Content-Type: application/json",
            f"Content-Length: {len(text)}",
        )
        self.requests += 1
        self.unread += 1
        try:
            with socket.create_connection(("127.0.0.1", self.service.port), timeout=5) as line:
                line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + text)
        except OSError:
            pass

    def _insist(self, method: str, path: str, fine: tuple[int, ...] = (), **given: Any) -> Any:
        """Repeat a request until it is answered; what is refused is a mistake of this program."""
        headers = {"Authorization": f"Bearer {self.service.token}", **given.pop("headers", {})}
        while True:
            self.requests += 1
            try:
                answer = httpx.request(method, self.service.url + path, headers=headers, timeout=30, **given)
            except httpx.HTTPError:
                time.sleep(PAUSE)
                continue
            if answer.is_success or answer.status_code in fine:
                return answer.json()
            if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                self.faults.append(f"{method} {path}: {answer.text}")
            if not answer.is_server_error:
                raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
            time.sleep(PAUSE)
