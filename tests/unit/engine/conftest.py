"""An engine with stacks whose machines are this computer, over both databases in turn."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kombify.engine.engine import Engine
from kombify.engine.requests import JobRequest
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import StackFolders
from kombify.runner.processes import end_all, processes_of
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Event, Job, Run

HERE = Path(__file__).parent
HOSTS = """\
[all]
nas
mini
[all:vars]
ansible_connection=local
ansible_python_interpreter={python}
"""
LONG = 120
"""Seconds after which a test gives up: nothing here depends on how fast the machine is."""


class LocalStacks(StackFolders):
    """Stacks whose hosts are in a plain file."""

    def inventories(self, name: str) -> tuple[str, ...]:
        return (str(self.folder(name) / "hosts.ini"),)


@dataclass
class Bench:
    """An engine, and what one needs to look at its work."""

    engine: Engine
    database: Database
    stacks: LocalStacks

    def request(self, playbook: str = "hello", **values: Any) -> JobRequest:
        return JobRequest(playbook=str(HERE / "playbooks" / f"{playbook}.yml"), **values)

    def launch(self, stack: str = "home", playbook: str = "hello", **values: Any) -> int:
        return self.engine.orders.launch(stack, self.request(playbook, **values)).id

    def job(self, job_id: int) -> Job:
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def ended(self, job_id: int) -> Job:
        until(lambda: self.job(job_id).ended_at is not None)
        return self.job(job_id)

    def running(self, job_id: int) -> Job:
        until(lambda: self.job(job_id).state != "pending" and self.job(job_id).started_at is not None)
        return self.job(job_id)

    def folder(self, job_id: int) -> Path:
        with self.database.read() as session:
            return Path(session.get_one(Run, job_id).folder)

    def folders(self) -> list[Path]:
        with self.database.read() as session:
            return [Path(folder) for folder in session.scalars(select(Run.folder))]

    def counters(self, job_id: int) -> list[int]:
        with self.database.read() as session:
            return list(session.scalars(select(Event.counter).where(Event.job_id == job_id).order_by(Event.counter)))

    def until(self, true: Callable[[], bool]) -> None:
        until(true)

    def restart(self) -> None:
        """Stop the engine in the middle of its work, and start a new one."""
        settings = self.engine.settings
        self.engine.stop()
        self.engine = Engine(self.database, self.stacks, settings)
        self.engine.start()

    def processes(self, job_id: int) -> list[int]:
        return processes_of(self.folder(job_id))


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def stacks(tmp_path: Path) -> LocalStacks:
    folders = {}
    for name in ("home", "cabin"):
        folders[name] = tmp_path / name
        folders[name].mkdir()
        (folders[name] / "kombination.yaml").write_text(f"name: {name}\n")
        (folders[name] / "hosts.ini").write_text(HOSTS.format(python=shutil.which("python3")))
    return LocalStacks(folders)


@pytest.fixture
def bench(database_url: str, stacks: LocalStacks, tmp_path: Path) -> Iterator[Bench]:
    """An engine that takes orders and does not run them: nobody started it."""
    database = Database(database_url)
    migrate(database)
    engine = Engine(database, stacks, EngineSettings(data=tmp_path / "data", worker="one", tidy=1.0))
    engine.prepare()
    yield Bench(engine, database, stacks)
    database.close()


@pytest.fixture
def working(bench: Bench) -> Iterator[Bench]:
    """An engine that runs what it is asked for."""
    bench.engine.start()
    yield bench
    bench.engine.stop()
    for path in bench.folders():
        end_all(path, grace=0)
