"""The service as a process, which somebody starts again whenever it is dead, as systemd would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.tokens import Scope, issue_token

KOMBIFY = Path(sys.executable).with_name("kombify")
AGAIN = 0.2
"""Seconds between two looks whether the service is dead."""


class ServiceProcess:
    """One service on a port of its own, with a token for its client."""

    def __init__(self, database: Database, url: str, home: Path) -> None:
        self.under: tuple[str, ...] = ()
        """Words of a program that runs the service, such as ``unshare``."""
        self.database = database
        self.log = home / "service.log"
        self.port = _free_port()
        self.starts = 0
        migrate(database)
        with database.begin() as session:
            self.token = issue_token(session, "client", Scope.ADMIN)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KOMBISTACK_")},
            "KOMBISTACK_PORT": str(self.port),
            "KOMBISTACK_DATA_DIR": str(home / "data"),
            "KOMBISTACK_STACKS_DIR": str(home / "stacks"),
            "KOMBISTACK_DATABASE_URL": url,
            "KOMBISTACK_WORKER": "one",
            "KOMBISTACK_RATE_LIMIT": "0",
        }
        self._wanted = threading.Event()
        self._kept = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the service, and keep it alive from now on."""
        self._wanted.set()
        self._kept.set()
        self._keeper.start()

    @contextmanager
    def dead(self) -> Iterator[None]:
        """Kill the service, and let it be dead for a while."""
        self._kept.clear()
        self.kill()
        yield
        self._kept.set()

    def kill(self) -> bool:
        """Kill the service, and tell whether it was alive."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                return False
            self._process.kill()
            self._process.wait()
            return True

    def stop(self) -> None:
        """Let the service end in order, and stay dead."""
        self._wanted.clear()
        if self._keeper.is_alive():
            self._keeper.join()
        if self._process is not None and self._process.poll() is None:
            # A program that runs the service passes nothing on.
            self._process.send_signal(signal.SIGKILL if self.under else signal.SIGTERM)
            self._process.wait(60)

    def ready(self) -> bool:
        """Tell whether the service answers that it can take jobs."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _keep(self) -> None:
        while self._wanted.is_set():
            with self._lock:
                if self._kept.is_set() and (self._process is None or self._process.poll() is not None):
                    self._start()
            time.sleep(AGAIN)

    def _start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.under, KOMBIFY, "serve"],
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
