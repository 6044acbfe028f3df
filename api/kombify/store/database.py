"""The door to the database: one object for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session

from kombify.store.errors import StoreError
from kombify.store.models import Base
from kombify.store.rescue import Rescue

POOL = 24
"""Connections of one service; work on the database is short, so this serves many more threads."""
BUSY_MS = 30_000
PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",  # the first: the next ones may have to wait already
    "PRAGMA auto_vacuum=INCREMENTAL",  # the file can shrink again; only the first one to open it has this choice
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # what was acknowledged survives a power cut
    "PRAGMA journal_size_limit=16777216",  # what a big deletion wrote beside the file does not stay there
    "PRAGMA foreign_keys=ON",
)
SPARE = 256
"""Free pages (1 MiB) that a file keeps, as it will soon need them again."""
PAGES = 500
"""Pages that are given back at once."""
NEEDED_SQLITE = (3, 42)


class Database:
    """Engines and transactions of the database behind a URL: ``sqlite:///PATH`` or ``postgresql://…``."""

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self._rescue = Rescue(Path(self._url.database or ""))
        self.committed: list[Callable[[], None]] = []
        """Called when a transaction of this process was committed, in the thread that did it; they must be quick."""

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file, which only one machine can use."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of SQLite; None when there is a server."""
        return Path(self._url.database or "") if self.is_sqlite else None

    @cached_property
    def engine(self) -> Engine:
        """The pool of connections."""
        if not self.is_sqlite:
            return create_engine(
                self._url.set(drivername="postgresql+psycopg"), pool_size=POOL, max_overflow=POOL, pool_pre_ping=True
            )
        self._make_file()
        engine = create_engine(self._url, module=_sqlite_module(), pool_size=POOL, max_overflow=POOL)
        self._rescue.guard(engine, write=True)
        event.listen(engine, "connect", _prepare)
        return engine

    @cached_property
    def async_engine(self) -> AsyncEngine:
        """The same for readers in an event loop, such as the API."""
        if not self.is_sqlite:
            return create_async_engine(self._url.set(drivername="postgresql+psycopg_async"), pool_pre_ping=True)
        self._make_file()
        # Two copies of SQLite in one process would take each other's locks away: aiosqlite has to find the same one.
        sys.modules["sqlite3"] = _sqlite_module()
        engine = create_async_engine(self._url.set(drivername="sqlite+aiosqlite"))
        self._rescue.guard(engine.sync_engine, write=False)
        event.listen(engine.sync_engine, "connect", _prepare)
        return engine

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction that changes something; it is committed at the end, or undone by any error.

        SQLite's writers take their turn from the start: what was read stays true until the commit.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session
        for tell in self.committed:
            tell()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only reads. It waits for nobody."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def insert_new(self, session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, and leave those alone whose key is there already."""
        session.execute(self._insert(model).on_conflict_do_nothing(), [dict(row) for row in rows])

    def put(self, session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, or replace the values of those whose key is there already."""
        statement = self._insert(model)
        given = [dict(row) for row in rows]
        keys = [column.name for column in model.__table__.primary_key]
        replaced = {name: statement.excluded[name] for name in given[0] if name not in keys}
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), given)

    def shrink(self, breath: float = 0.0) -> None:
        """Give the room of removed rows back to the disk, a little at a time, with so many seconds in between.

        PostgreSQL does that by itself.
        """
        if not self.is_sqlite:
            return
        with self.engine.connect() as connection:
            if not connection.exec_driver_sql("PRAGMA auto_vacuum").scalar():
                connection.exec_driver_sql("PRAGMA auto_vacuum=INCREMENTAL")
                connection.exec_driver_sql("VACUUM")  # a file of an older version needs this once
            driver: Any = connection.connection.driver_connection
            left = None
            while (free := driver.execute("PRAGMA freelist_count").fetchone()[0]) > SPARE and free != left:
                left = free
                driver.executescript(f"PRAGMA incremental_vacuum({PAGES})")  # execute() would give back one page
                time.sleep(breath)
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def answers(self) -> str:
        """Return why the database cannot be used now, or nothing."""
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except SQLAlchemyError as error:
            return str(error).splitlines()[0]
        return ""

    def close(self) -> None:
        """Give all connections back. An async engine is the event loop's to close."""
        if "engine" in self.__dict__:  # to ask for it would make the file
            self.engine.dispose()

    def _insert(self, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
        return sqlite.insert(model) if self.is_sqlite else postgresql.insert(model)

    def _make_file(self) -> None:
        path = Path(self._url.database or "")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            return
        # SQLite has no patience for others who switch a new file to WAL at the same time: it comes as one that is.
        with TemporaryDirectory(prefix=".new-", dir=path.parent) as folder:
            new = Path(folder) / path.name
            new.touch(mode=0o600)
            with closing(_sqlite_module().connect(new)) as connection:
                _prepare(connection, None)
            with suppress(FileExistsError):  # somebody was faster
                path.hardlink_to(new)


def _checked(text: str) -> URL:
    url = make_url(text)
    in_a_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    if in_a_file or url.get_backend_name() == "postgresql":
        return url
    raise StoreError(
        f"'{url.render_as_string()}' is no database for the service",
        "use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME",
    )


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _sqlite_module() -> ModuleType:
    """Return the SQLite to use: from Python 3.12 on, the durable queue needs a newer one than Debian 12 has."""
    if sys.version_info < (3, 12) or sqlite3.sqlite_version_info >= NEEDED_SQLITE:
        return sqlite3
    try:
        import pysqlite3  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old for Python {sys.version_info.major}.{sys.version_info.minor}",
            "pip install pysqlite3-binary, or set KOMBISTACK_DATABASE_URL to a PostgreSQL database",
        ) from None
    return pysqlite3  # type: ignore[no-any-return,unused-ignore]
