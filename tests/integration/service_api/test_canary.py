"""The value of a job's secret is in the play, and nowhere that anybody could read it, while the job runs and after."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kombify.runner.processes import end_all
from kombify.store.database import Database
from kombify.store.models import Base

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "torture"))
from service import ServiceProcess  # noqa: E402

CANARY = "canary-2b8d55e0c4f1"
JOBS = "/v1/orchestrator/jobs"
LONG = 600
SPEC = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: home\nnodes: {nas: 192.0.2.10}\n"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    stack = tmp_path / "stacks" / "home"
    (stack / "group_vars").mkdir(parents=True)
    (stack / "kombination.yaml").write_text(SPEC)
    local = {"ansible_connection": "local", "ansible_python_interpreter": shutil.which("python3")}
    (stack / "group_vars" / "all.yml").write_text(json.dumps(local))
    shutil.copytree(HERE / "playbooks", stack / "playbooks")
    (stack / "canary.txt").write_text(CANARY)
    return stack


@pytest.fixture
def service(database_url: str, tmp_path: Path, stack: Path) -> Iterator[ServiceProcess]:
    database = Database(database_url)
    service = ServiceProcess(database, database_url, tmp_path)
    service.start()
    until(service.ready)
    yield service
    service.stop()
    for folder in tmp_path.glob("stacks/*/.kombify/jobs/*/"):
        end_all(folder, grace=0)
    database.close()


def test_a_secret_is_nowhere_but_in_the_play(service: ServiceProcess, tmp_path: Path, stack: Path) -> None:
    def ask(method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {service.token}"}
        return httpx.request(method, service.url + path, headers=headers, timeout=LONG, **given)

    launched = ask("POST", JOBS, json={"playbook": "canary", "secrets": {"dsn": "file:canary.txt"}})
    assert launched.status_code == 202, launched.text
    job = f"{JOBS}/{launched.json()['id']}"

    until(lambda: (stack / "length").exists() or ask("GET", job).json()["ended_at"] is not None)
    seen_by = processes_with(CANARY)
    (stack / "looked").touch()
    until(lambda: ask("GET", job).json()["ended_at"] is not None)

    assert seen_by == []
    assert ask("GET", job).json()["state"] == "successful", ask("GET", f"{job}/stdout").text
    assert (stack / "length").read_text() == str(len(CANARY))
    answers = {
        path: ask("GET", job + path).text for path in ("", "/events", "/stdout", "/stdout?format=json", "/hosts")
    }
    assert "(hidden)" in answers["/events"]
    assert [path for path, text in answers.items() if CANARY in text] == []
    assert CANARY not in ask("GET", "/v1/orchestrator/audit").text
    assert tables_with(CANARY, service.database) == []
    assert [path for path in files_with(CANARY, tmp_path) if path != stack / "canary.txt"] == []


def processes_with(text: str) -> list[str]:
    """Return what shows a text: arguments and environments of all processes of this machine."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if text.encode() in (folder / name).read_bytes():
                    found.append(f"{folder.name}/{name}")
            except OSError:  # it ended meanwhile
                continue
    return found


def tables_with(text: str, database: Database) -> list[str]:
    with database.engine.connect() as connection:
        stored = {name: str(connection.execute(select(table)).all()) for name, table in Base.metadata.tables.items()}
    return [name for name, rows in stored.items() if text in rows]


def files_with(text: str, folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if text.encode() in path.read_bytes()]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
