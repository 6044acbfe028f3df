"""Health tells what is wrong and what to do, and never hangs."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kombify.server.service import Service
from kombify.server.system import health
from kombify.server.system.health import Health, WorkersCheck, database_check, disk_check
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Worker

HERE = {"base_url": "http://localhost", "client": ("127.0.0.1", 1)}


def test_it_is_alive_also_without_a_database(anonymous: TestClient, service: Service) -> None:
    Path(str(service.database.engine.url.database)).write_bytes(b"broken" * 1000)
    assert anonymous.get("/healthz").json() == {"status": "alive"}


def test_a_service_that_is_well_is_ready(anonymous: TestClient) -> None:
    assert anonymous.get("/readyz").status_code == 200


def test_what_is_wrong_is_told_here_and_to_readers_and_not_to_strangers(
    anonymous: TestClient, service: Service, tokens: dict[str, str]
) -> None:
    service.engine.troubles.note("heartbeat", OSError("the disk /data is full"))
    here = TestClient(anonymous.app, **HERE).get("/readyz")
    assert (here.status_code, here.json()["troubles"]["heartbeat"]) == (503, "the disk /data is full")
    reader = anonymous.get("/readyz", headers={"Authorization": f"Bearer {tokens['read']}"})
    assert reader.json()["troubles"] == here.json()["troubles"]
    stranger = anonymous.get("/readyz")
    assert stranger.status_code == 503
    assert list(stranger.json()["troubles"]) == ["heartbeat"]
    assert "/data" not in stranger.text


def test_the_trouble_of_one_job_keeps_no_other_away(anonymous: TestClient, service: Service) -> None:
    service.engine.troubles.note("job 7", OSError("its folder is gone"))
    answer = TestClient(anonymous.app, **HERE).get("/readyz")
    assert (answer.status_code, answer.json()["warnings"]["job 7"]) == (200, "its folder is gone")


@pytest.mark.parametrize(
    ("host", "headers", "words"),
    [
        ("http://localhost:5260", {}, True),
        ("http://127.0.0.1:5260", {}, True),
        ("http://[::1]:5260", {}, True),
        ("http://evil.example", {}, False),
        ("http://localhost", {"X-Forwarded-For": "192.0.2.1"}, False),
        ("http://localhost", {"Forwarded": "for=192.0.2.1"}, False),
    ],
)
def test_a_proxy_or_a_browser_on_this_machine_is_a_stranger(
    anonymous: TestClient, host: str, headers: dict[str, str], words: bool
) -> None:
    client = TestClient(anonymous.app, base_url=host, client=("127.0.0.1", 1))
    assert client.get("/metrics", headers=headers).status_code == (200 if words else 401)


def test_a_check_that_hangs_is_said_to_and_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    monkeypatch.setattr(health, "FRESH", 0.0)
    asked, go = [], threading.Event()

    def hang() -> str:
        asked.append(1)
        go.wait()
        return ""

    async def look() -> list[dict[str, str]]:
        looks = Health({"slow": hang, "good": lambda: "", "broken": lambda: 1 / 0})  # type: ignore[dict-item, return-value]
        first, second = await looks.troubles(), await looks.troubles()
        go.set()
        while looks._under_way:
            third = await looks.troubles()
        looks.stop()
        return [first, second, third]

    first, second, third = asyncio.run(look())
    assert "no answer" in first["slow"]
    assert "division" in first["broken"]
    assert "good" not in first
    assert "no answer" in second["slow"]
    assert "slow" not in third
    assert len(asked) <= 2


def test_a_database_that_may_not_be_written_is_a_trouble(tmp_path: Path, service: Service) -> None:
    assert database_check(service.database)() == ""
    with service.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.detach()
    url = str(service.database.engine.url.database)
    read_only = Database(f"sqlite:///{url}")
    from sqlalchemy import event

    event.listen(read_only.engine, "connect", lambda raw, _record: raw.execute("PRAGMA query_only=ON"))
    assert "readonly" in database_check(read_only)()
    read_only.close()


def test_an_old_database_is_a_trouble(tmp_path: Path) -> None:
    from kombify.store.migrate import migrate

    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate(database, "0001")
    assert "revision 0001" in database_check(database)()
    database.close()


def test_a_full_disk_and_a_lost_folder_are_troubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_check(tmp_path)() == ""
    monkeypatch.setattr(health, "LEAST_FREE", 2**70)
    assert "MiB are free" in disk_check(tmp_path)()
    assert "is gone" in disk_check(tmp_path / "lost")()


def test_a_worker_that_does_not_beat_is_not_counted_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    check = WorkersCheck(service.database)
    assert "no worker" in check()
    with service.database.begin() as session:
        session.add(Worker(id="one", beats=1, started_at=now(), seen_at=now()))
    assert check() == ""
    later = time.monotonic() + health.SILENT + 1
    monkeypatch.setattr("time.monotonic", lambda: later)
    assert "no worker" in check()
    with service.database.begin() as session:
        session.get_one(Worker, "one").beats = 2
    assert check() == ""
