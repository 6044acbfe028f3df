"""Three machines on one PostgreSQL, each with its own copy of the stacks: one is drained, one is killed."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from kombify.engine.engine import Engine
from kombify.engine.requests import JobRequest
from kombify.engine.settings import EngineSettings
from kombify.engine.warden import end_jobs, jobs_of, name_of
from kombify.store.database import Database
from kombify.store.models import Event, Job, Notice, Run, StackLease, Worker

HERE = Path(__file__).parent
KOMBIFY = Path(sys.executable).parent / "kombify"
HOSTS = f"[all]\nnas ansible_connection=local ansible_python_interpreter={shutil.which('python3')}\n"
STACKS = ("attic", "cabin", "home", "shed")
JOBS = int(os.environ.get("KOMBIFY_TORTURE_JOBS", "15"))
"""Jobs of each stack."""
LONG = 1200


def _stacks_in(folder: Path):
    spec = importlib.util.spec_from_file_location("kombify_test_operations_worker", HERE / "worker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.stacks_in(folder)


def _copy_stacks(folder: Path) -> None:
    """Make the folder of a machine."""
    for stack in STACKS:
        (folder / stack).mkdir(parents=True)
        (folder / stack / "kombination.yaml").write_text(f"name: {stack}\n")
        (folder / stack / "hosts.ini").write_text(HOSTS)


@dataclass
class Machines:
    """A database, and machines that each have a folder of their own."""

    url: str
    folder: Path
    database: Database
    engine: Engine
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        words = [sys.executable, str(HERE / "worker.py"), name, str(self.folder / name)]
        self.workers[name] = subprocess.Popen(words, stdout=log, stderr=log, env=self.environment(), cwd=self.folder)
        log.close()

    def environment(self) -> dict[str, str]:
        return {**os.environ, "KOMBISTACK_DATABASE_URL": self.url}

    def kombify(self, *words: str) -> str:
        command = [KOMBIFY, "worker", *words, f"--data-dir={self.folder / 'data'}"]
        ran = subprocess.run(
            command, env=self.environment(), cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def listed(self) -> dict[str, dict]:
        return {one["id"]: one for one in json.loads(self.kombify("list", "--format=json"))}

    def launch(self, stack: str, name: str) -> int:
        values = {"label": name, "trace": str(self.folder / f"trace-{stack}")}
        request = JobRequest(playbook=str(HERE / "short.yml"), title=name, variables=values)
        return self.engine.orders.launch(stack, request).id

    def jobs(self) -> list[Job]:
        with self.database.read() as session:
            return list(session.scalars(select(Job).order_by(Job.id)))

    def runs(self) -> dict[int, str]:
        with self.database.read() as session:
            return {run.job_id: run.worker for run in session.scalars(select(Run))}

    def trace(self, stack: str) -> list[list[str]]:
        path = self.folder / f"trace-{stack}"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def owner(self, name: str) -> str:
        return name_of(self.folder / name / "data", name)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.2)


@pytest.fixture
def machines(postgres, tmp_path: Path) -> Iterator[Machines]:
    url = postgres.new_database()
    database = Database(url)
    _copy_stacks(tmp_path / "service")
    settings = EngineSettings(data=tmp_path / "data", worker="service")
    engine = Engine(database, _stacks_in(tmp_path / "service"), settings)
    engine.prepare()
    machines = Machines(url, tmp_path, database, engine)
    yield machines
    for name, worker in machines.workers.items():
        if worker.poll() is None:
            worker.kill()
        worker.wait()
        end_jobs(machines.owner(name))
    database.close()


def test_three_machines_one_drained_one_killed_and_everything_ends_once(machines: Machines, capsys) -> None:
    for name in ("one", "two", "three"):
        _copy_stacks(machines.folder / name)
    (machines.folder / "three" / "shed" / "kombination.yaml").write_text("name: shed\nold: true\n")
    for name in ("one", "two", "three"):
        machines.start(name)
    machines.until(lambda: len(machines.listed()) == 3)
    launched = [machines.launch(stack, f"{stack}-{number}") for number in range(JOBS) for stack in STACKS]
    machines.until(lambda: set(machines.runs().values()) == {"one", "two", "three"})

    machines.kombify("drain", "two", "--wait")
    assert machines.workers["two"].wait(LONG) == 0
    of_the_drained = [job for job, worker in machines.runs().items() if worker == "two"]
    launched += [machines.launch(stack, f"{stack}-late-{number}") for number in range(2) for stack in STACKS]
    machines.until(lambda: bool(jobs_of(machines.owner("one"))))
    machines.workers["one"].kill()
    machines.until(lambda: all(job.ended_at is not None for job in machines.jobs() if job.stack != "shed"))
    launched.append(machines.launch("shed", "shed-late"))
    machines.until(lambda: any("of stack 'shed' on worker 'three' differ" in job.message for job in machines.jobs()))

    machines.kombify("undrain", "two")
    machines.start("two")
    machines.until(lambda: all(job.ended_at is not None for job in machines.jobs()))
    check(machines, launched, of_the_drained)
    with capsys.disabled():
        states = Counter(job.state for job in machines.jobs())
        print(
            f"\n{len(launched)} jobs on {dict(Counter(machines.runs().values()))}: {dict(states)}, 0 twice, 0 overlaps"
        )


def check(machines: Machines, launched: list[int], of_the_drained: list[int]) -> None:
    """Nothing lost, nothing twice, no overlap, nothing with the wrong files, and the death was told."""
    jobs = {job.id: job for job in machines.jobs()}
    runs = machines.runs()
    assert sorted(jobs) == sorted(launched)
    assert {jobs[job].state for job in of_the_drained} == {"successful"}
    lost = [job for job in jobs.values() if job.state == "lost"]
    assert {job.state for job in jobs.values()} == {"successful", "lost"}
    assert {runs[job.id] for job in lost} == {"one"}
    assert len(lost) <= len(STACKS)
    assert not [job for job, worker in runs.items() if worker == "three" and jobs[job].stack == "shed"]
    for stack in STACKS:
        trace = machines.trace(stack)
        assert len(trace) == len({tuple(line) for line in trace}), "something ran twice"
        done = {job.title for job in jobs.values() if job.stack == stack and job.state == "successful"}
        assert {name for word, name in trace if word == "end"} >= done
        for before, after in itertools.pairwise(trace):
            assert after[0] == "start" or before == ["start", after[1]], "two overlapped"
    with machines.database.read() as session:
        assert session.scalars(select(StackLease)).all() == []
        told = session.scalars(select(Notice).where(Notice.kind == "worker_dead")).all()
        assert [one.data["worker"] for one in told] == ["one"]
        assert session.get_one(Worker, "one").state == "dead"
        for job in jobs.values():
            counters = session.scalars(
                select(Event.counter).where(Event.job_id == job.id).order_by(Event.counter)
            ).all()
            assert counters == list(range(1, len(counters) + 1))
            assert (job.events_missing, job.state == "lost" or len(counters) > 3) == (0, True)
    machines.kombify("forget", "one")
    assert sorted(machines.listed()) == ["three", "two"]
    assert jobs_of(machines.owner("one")) == set()
