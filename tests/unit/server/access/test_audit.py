"""Every change is written down once, without secrets; a database that is away keeps nobody waiting for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from kombify.server.access.audit import Audit, AuditTrail
from kombify.server.access.callers import Caller
from kombify.server.access.journal import Journal
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import AuditEntry
from kombify.store.tokens import Scope

ANN = Caller("ann", Scope.ADMIN, "192.0.2.1")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    migrate(database)
    yield database
    database.close()


def entries(database: Database) -> list[AuditEntry]:
    with database.read() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def client(audit: Audit) -> TestClient:
    async def silent(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("done")

    async def telling(_request: Request) -> PlainTextResponse:
        await audit.note(ANN, "thing.change", "thing")
        return PlainTextResponse("done")

    async def failing(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("no", 422)

    methods = ["GET", "POST", "DELETE"]
    routes = [Route(f"/{one.__name__}", one, methods=methods) for one in (silent, telling, failing)]
    return TestClient(AuditTrail(Starlette(routes=routes), audit), client=("192.0.2.9", 1))


def test_a_change_that_no_route_spoke_of_is_written_down(database: Database) -> None:
    client(Audit(Journal(database))).delete("/silent")
    (entry,) = entries(database)
    assert (entry.who, entry.address, entry.action, entry.subject) == ("nobody", "192.0.2.9", "delete", "/silent")


def test_a_change_that_a_route_spoke_of_is_written_down_once(database: Database) -> None:
    client(Audit(Journal(database))).post("/telling")
    (entry,) = entries(database)
    assert (entry.who, entry.action) == ("ann", "thing.change")


@pytest.mark.parametrize(("method", "path"), [("GET", "/silent"), ("POST", "/failing")])
def test_what_changes_nothing_is_not_written_down(database: Database, method: str, path: str) -> None:
    client(Audit(Journal(database))).request(method, path)
    assert entries(database) == []


def test_details_hold_no_secrets_and_fit(database: Database) -> None:
    async def note() -> None:
        journal = Journal(database)
        await Audit(journal).note(
            ANN,
            "x",
            inner={"password": "hunter2"},
            url="https://me:hunter2@example.org/",
            odd="a\0b\ud800",
            long="x" * 10_000,
        )
        await journal.stop()

    asyncio.run(note())
    (entry,) = entries(database)
    assert "hunter2" not in str(entry.details)
    assert entry.details["odd"] == r"a\0b\ud800"
    assert len(entry.details["long"]) < 2100


def test_a_thousand_at_once_are_all_written_in_their_order(database: Database) -> None:
    async def note() -> None:
        journal = Journal(database)
        await asyncio.gather(*(Audit(journal).note(ANN, "x", str(number)) for number in range(1000)))
        await journal.stop()

    asyncio.run(note())
    assert [entry.subject for entry in entries(database)] == [str(number) for number in range(1000)]


def test_an_entry_that_cannot_be_written_holds_up_no_other(database: Database) -> None:
    async def note() -> int:
        journal = Journal(database)
        journal.put(insert(AuditEntry).values(id=1, who="a", action="x"))
        journal.put(insert(AuditEntry).values(id=1, who="b", action="x"))
        journal.put(insert(AuditEntry).values(id=2, who="c", action="x"))
        await journal.stop()
        return journal.left_out

    assert asyncio.run(note()) == 1
    assert [entry.who for entry in entries(database)] == ["a", "c"]


def test_an_answer_does_not_wait_for_a_locked_database_and_the_entry_follows(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kombify.db'}")
    migrate(database)

    async def note() -> float:
        journal = Journal(database)
        with database.begin():
            begun = time.monotonic()
            await Audit(journal).note(ANN, "x")
            waited = time.monotonic() - begun
        await journal.stop()
        return waited

    assert asyncio.run(note()) < 20  # and not as long as SQLite would wait
    assert len(entries(database)) == 1
    database.close()
