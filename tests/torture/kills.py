"""What is killed: the service, the process of a job, its playbook, the database."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from home import Home
from service import ServiceProcess

from kombify.runner.job import Job
from kombify.runner.processes import processes_of

PATIENCE = 60.0
STARTING = 0.2
"""How often the service may be killed before it is ready."""
WRITE = 5.0
"""Seconds for which a write to SQLite is waited for."""


class Server(Protocol):
    """A PostgreSQL server of our own."""

    folder: Path

    def start(self) -> None: ...

    def stop(self, mode: str = "immediate") -> None: ...

    def cut(self, database: str) -> None: ...


@dataclass
class Killer:
    """Kills at random, and remembers whom it hit."""

    home: Home
    service: ServiceProcess
    chance: random.Random
    server: Server | None = None
    database: str = ""
    kills: Counter[str] = field(default_factory=Counter)
    hit: set[Path] = field(default_factory=set)
    """Folders of jobs of which a process was killed."""

    def strike(self) -> None:
        """Kill something; when what was chosen is not alive, nothing happens."""
        ways: dict[str, Callable[[], bool]] = {
            "service": self._service,
            "job process": self._job_process,
            "playbook": self._playbook,
            "service and job process": lambda: self._job_process() and self._service(),
        }
        weights = [3, 5, 5, 1]
        if self.server is None:
            ways["service in mid-write"] = self._in_mid_write
            weights += [2]
        else:
            ways |= {
                "connections": self._connections,
                "PostgreSQL stopped": self._stopped,
                "PostgreSQL": self._postgres,
            }
            weights += [3, 1, 1]
        (name,) = self.chance.choices(list(ways), weights)
        self.kills[name] += ways[name]()

    def _service(self) -> bool:
        """Kill the service; seldom while it starts, or it would never do anything else."""
        return (self.chance.random() < STARTING or self.service.ready()) and self.service.kill()

    def _job_process(self) -> bool:
        """Kill the process that stands for a job."""
        alive = [(folder, pid) for folder in self._alive() if (pid := Job(folder).recorded().pid) is not None]
        return bool(alive) and self._end(*self.chance.choice(alive))

    def _playbook(self) -> bool:
        """Kill one of the processes of a playbook: Ansible itself, one of its workers, or their SSH."""
        alive = [
            (folder, pid)
            for folder in self._alive()
            for pid in processes_of(folder)
            if pid != Job(folder).recorded().pid
        ]
        return bool(alive) and self._end(*self.chance.choice(alive))

    def _alive(self) -> list[Path]:
        return [folder for folder in self.home.job_folders() if not Job(folder).status().state.ended]

    def _end(self, folder: Path, pid: int) -> bool:
        self.hit.add(folder)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _in_mid_write(self) -> bool:
        """Kill the service in the moment in which its database's log grows or changes."""
        if self.chance.random() > STARTING and not self.service.ready():
            return False
        log = self.home.folder / "data" / "kombify.db-wal"
        before, until = _stamp(log), time.monotonic() + WRITE
        while _stamp(log) == before:
            if time.monotonic() > until:
                return False
        return self.service.kill()

    def _connections(self) -> bool:
        assert self.server is not None
        self.server.cut(self.database)
        return True

    def _stopped(self) -> bool:
        assert self.server is not None
        self.server.stop()
        time.sleep(self.chance.uniform(0, 3))
        self.server.start()
        return True

    def _postgres(self) -> bool:
        """Kill the server's first process, and start the server again when the others have noticed, and ended."""
        assert self.server is not None
        first = int((self.server.folder / "data" / "postmaster.pid").read_text().split()[0])
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + PATIENCE
        while any(Path("/proc", number).exists() for number in others) and time.monotonic() < until:
            time.sleep(0.05)
        self.server.start()
        return True


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
