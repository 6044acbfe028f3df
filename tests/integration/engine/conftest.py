"""Workers as processes of their own, and what they must never get wrong."""

from __future__ import annotations

import importlib.util
import itertools
import json
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kombify.engine.engine import Engine
from kombify.engine.requests import JobRequest
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import StackFolders
from kombify.engine.warden import jobs_of, name_of
from kombify.runner.job import Job as Folder
from kombify.runner.processes import end_all, processes_of
from kombify.store.database import Database
from kombify.store.models import Event, Job, Run, StackLease, Worker

HERE = Path(__file__).parent
HOSTS = "[all]\nnas ansible_connection=local ansible_python_interpreter={python}\n"
LONG = 900
"""Seconds after which a test gives up."""


def _worker_module() -> Any:
    spec = importlib.util.spec_from_file_location("kombify_test_worker", HERE / "worker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FORK = multiprocessing.get_context("fork")
WORKER = _worker_module()


@dataclass
class Farm:
    """Stacks, a database, and workers that can be killed."""

    url: str
    folder: Path
    stacks: StackFolders
    database: Database
    engine: Engine
    workers: dict[str, ForkProcess] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    """Workers that were killed for good."""

    def start(self, name: str = "one") -> None:
        """Start a worker, and do not wait until it is ready. It is a fork: to import everything takes its time."""
        log = self.folder / f"{name}.log"
        log.write_text("")
        self.workers[name] = FORK.Process(target=WORKER.work, args=(self.url, self.folder, name, log))
        self.workers[name].start()

    def ready(self, name: str = "one") -> bool:
        """Tell whether the worker that was started last is at work."""
        assert self.workers[name].is_alive(), (self.folder / f"{name}.log").read_text()
        return "ready\n" in (self.folder / f"{name}.log").read_text()

    def stop(self, name: str = "one", how: signal.Signals = signal.SIGKILL) -> None:
        """Kill a worker, or ask it to drain."""
        worker = self.workers.pop(name)
        assert worker.pid is not None
        os.kill(worker.pid, how)
        worker.join(LONG)
        assert not worker.is_alive()

    def at_work(self, name: str) -> bool:
        """Tell whether a worker has jobs with a process."""
        return bool(jobs_of(name_of(self.folder / "data", name)))

    def guarded(self) -> list[str]:
        """Workers that know of another one."""
        with self.database.read() as session:
            return list(session.scalars(select(Worker.id).where(Worker.guarded)))

    def launch(self, stack: str) -> int:
        return self.engine.orders.launch(stack, self.work()).id

    def work(self, name: str = "") -> JobRequest:
        name = name or f"job-{next(NUMBERS)}"
        return JobRequest(playbook=str(HERE / "work.yml"), title=name, variables={"label": name})

    def jobs(self) -> list[Job]:
        with self.database.read() as session:
            return list(session.scalars(select(Job).where(Job.kind == "job").order_by(Job.id)))

    def unfinished(self) -> list[Job]:
        return [job for job in self.jobs() if job.ended_at is None]

    def folder_of(self, job_id: int) -> Folder | None:
        with self.database.read() as session:
            run = session.get(Run, job_id)
        return Folder(Path(run.folder)) if run is not None else None

    def trace(self, stack: str) -> list[list[str]]:
        """What the playbooks themselves wrote down: ``start NAME`` and ``end NAME``."""
        path = self.stacks.folder(stack) / "trace"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.2)

    def check(self) -> None:
        """Nothing lost, nothing twice, no overlap, every event once, nothing left."""
        assert self.unfinished() == []
        for stack in self.stacks.names():
            self._check_trace(stack)
        for job in self.jobs():
            self._check_events(job)
            folder = self.folder_of(job.id)
            assert folder is None or processes_of(folder.folder) == []
        with self.database.read() as session:
            assert session.scalars(select(StackLease)).all() == []

    def _check_trace(self, stack: str) -> None:
        trace = self.trace(stack)
        assert len(trace) == len({tuple(line) for line in trace}), "something ran twice"
        done = {job.title for job in self.jobs() if job.stack == stack and job.state == "successful"}
        assert {name for word, name in trace if word == "end"} >= done, "something was lost"
        for before, after in itertools.pairwise(trace):
            if after[0] == "end":
                assert before == ["start", after[1]], f"two overlapped: {before}, {after}"

    def _check_events(self, job: Job) -> None:
        folder = self.folder_of(job.id)
        written: list[int] = []
        if folder is not None and folder.events.exists():
            lines = folder.events.read_bytes().split(b"\n")[:-1]  # a kill may have cut off the last one
            written = [json.loads(line)["counter"] for line in lines]
        with self.database.read() as session:
            counters = select(Event.counter).where(Event.job_id == job.id).order_by(Event.counter)
            stored = list(session.scalars(counters))
            run = session.get(Run, job.id)
        if run is not None and run.worker in self.gone:
            assert stored == written[: len(stored)], "what a worker has that is gone comes when it comes back"
        else:
            assert stored == written, f"events of {job.id}"
        assert (job.events_stored, job.events_missing) == (True, 0)
        assert written == list(range(1, len(written) + 1))


NUMBERS = itertools.count(1)


@pytest.fixture
def farm(database_url: str, tmp_path: Path) -> Iterator[Farm]:
    for name in ("home", "cabin"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hosts.ini").write_text(HOSTS.format(python=shutil.which("python3")))
    stacks: StackFolders = WORKER.stacks_in(tmp_path)
    database = Database(database_url)
    engine = Engine(database, stacks, EngineSettings(data=tmp_path / "data", worker="nobody"))
    engine.prepare()
    farm = Farm(database_url, tmp_path, stacks, database, engine)
    yield farm
    for name in list(farm.workers):
        farm.stop(name)
    for path in tmp_path.glob("*/.kombify/jobs/*/request.json"):
        end_all(path.parent, grace=0)
    database.close()
