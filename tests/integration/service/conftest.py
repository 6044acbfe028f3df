"""The service as a process of its own, whose stacks have this computer as their one machine, and what happens to it."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kombify.engine.engine import Engine
from kombify.engine.launching import Orders
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import find_stacks
from kombify.runner.job import Job as Folder
from kombify.runner.processes import end_all, processes_of
from kombify.store.database import Database
from kombify.store.models import Event, Job, Run

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "torture"))
from service import ServiceProcess  # noqa: E402

API = "/v1/orchestrator"
STACKS = ("attic", "cellar")
SPEC = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: {name}\nnodes: {{nas: 192.0.2.10}}\n"
LONG = 600
"""Seconds after which a test gives up: nothing here depends on how fast the machine is."""


@dataclass
class House:
    """A service, and what one needs to look at its work."""

    folder: Path
    url: str
    service: ServiceProcess = field(init=False)
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        for name in STACKS:
            self._build(self.stack(name), name)
        self.database = Database(self.url)
        self.service = ServiceProcess(self.database, self.url, self.folder)

    def stack(self, name: str) -> Path:
        return self.folder / "stacks" / name

    def start(self) -> None:
        self.service.start()
        self.until(self.service.ready)

    @property
    def jobs(self) -> str:
        """Where jobs are."""
        return f"{API}/jobs"

    @property
    def orders(self) -> Orders:
        """The same without HTTP, for what a test does a thousand times."""
        worker = EngineSettings(data=self.folder / "data", worker="nobody")
        engine = Engine(self.database, find_stacks(self.folder / "stacks"), worker)
        engine.prepare()
        return engine.orders

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask the service once."""
        headers = {"Authorization": f"Bearer {self.service.token}", **given.pop("headers", {})}
        return httpx.request(method, f"{self.service.url}{path}", headers=headers, timeout=LONG, **given)

    def try_launch(self, playbook: str, stack: str = "attic", key: str = "", **variables: Any) -> httpx.Response:
        body = {"stack": stack, "playbook": playbook, "title": playbook, "variables": variables}
        return self.ask("POST", f"{API}/jobs", json=body, headers={"Idempotency-Key": key} if key else {})

    def launch(self, playbook: str, stack: str = "attic", **variables: Any) -> int:
        answer = self.try_launch(playbook, stack, **variables)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return int(answer.json()["id"])

    def cancel(self, job_id: int) -> None:
        assert self.ask("POST", f"{API}/jobs/{job_id}/cancel").status_code == httpx.codes.ACCEPTED

    def job(self, job_id: int) -> dict[str, Any]:
        answer = self.ask("GET", f"{API}/jobs/{job_id}")
        assert answer.status_code == httpx.codes.OK, answer.text
        return dict(answer.json())

    def ended(self, job_id: int) -> dict[str, Any]:
        self.until(lambda: self.job(job_id)["ended_at"] is not None)
        return self.job(job_id)

    def troubles(self) -> dict[str, str]:
        """What the service itself says is wrong, with all of it or with one job."""
        said = self.ask("GET", "/readyz").json()
        return {**said["warnings"], **said["troubles"]}

    def counts_troubles(self) -> bool:
        """Whether Prometheus is told that something is wrong."""
        text = self.ask("GET", "/metrics").text
        return (
            sum(float(number) for number in re.findall(r"^kombify_(?:troubles|warnings) (\S+)$", text, re.MULTILINE))
            > 0
        )

    def work_folder(self, job_id: int) -> Path | None:
        with self.database.read() as session:
            run = session.get(Run, job_id)
        return Path(run.folder) if run is not None else None

    def processes(self, job_id: int) -> list[int]:
        folder = self.work_folder(job_id)
        return processes_of(folder) if folder else []

    def said(self, stack: str = "attic") -> list[str]:
        """What plays wrote down beside the spec."""
        path = self.stack(stack) / "trace"
        return path.read_text().split() if path.exists() else []

    def check_events(self, job_id: int) -> int:
        """See that each event that the job wrote is stored once, and return how many that are."""
        folder = self.work_folder(job_id)
        assert folder is not None
        written = [json.loads(line)["counter"] for line in Folder(folder).events.read_bytes().split(b"\n")[:-1]]
        with self.database.read() as session:
            stored = select(Event.counter).where(Event.job_id == job_id).order_by(Event.counter)
            assert list(session.scalars(stored)) == written == list(range(1, len(written) + 1))
            job = session.get_one(Job, job_id)
        assert (job.events_stored, job.events_missing) == (True, 0)
        return len(written)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < deadline, f"it did not happen\n{self.service.log.read_text()[-3000:]}"
            time.sleep(0.1)

    def leave(self) -> None:
        """End the service, and everything that its jobs left."""
        self.service.stop()
        for folder in self.folder.glob("stacks/*/.kombify/jobs/*/"):
            end_all(folder, grace=0)
        self.database.close()

    @staticmethod
    def _build(stack: Path, name: str) -> None:
        stack.mkdir(parents=True, exist_ok=True)
        (stack / "kombination.yaml").write_text(SPEC.format(name=name))
        shutil.copytree(HERE / "playbooks", stack / "playbooks")
        local = {"ansible_connection": "local", "ansible_python_interpreter": shutil.which("python3")}
        (stack / "group_vars").mkdir()
        (stack / "group_vars" / "all.yml").write_text(json.dumps(local))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of both kinds in turn."""
    if request.param == "postgresql":
        new: Callable[[], str] = request.getfixturevalue("postgres").new_database
        return new()
    return f"sqlite:///{tmp_path / 'data' / 'kombify.db'}"


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """A service over each kind of database in turn, which nobody has started yet."""
    house = House(tmp_path, database_url)
    yield house
    house.leave()
