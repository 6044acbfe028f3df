"""SQLite's file, when somebody removes it while the service runs.

A connection goes on with a file that was removed: it accepts everything, and all of it is gone at the next start. So
each time one is used, the file is looked at. If it is gone, it is written anew from what is still open; if another one
is in its place, such as a backup, that one is used.
"""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

FILE = "file"

log = logging.getLogger(__name__)


class Rescue:
    """Keeps the connections of an engine to the file that is there now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._closed: list[Any] = []
        """Connections to removed files. They keep everybody from writing there, so they stay open."""

    def guard(self, engine: Engine, *, write: bool) -> None:
        """Look after the connections of an engine; one whose connections can be copied may write a lost file anew."""
        event.listen(engine, "do_connect", self._refuse_none)
        event.listen(engine, "connect", self._remember)
        event.listen(engine, "checkout", self._check_or_rescue if write else self._check)

    def _refuse_none(self, dialect: Any, _record: Any, _arguments: Any, _names: Any) -> None:
        """Connect to a file that exists only: SQLite would make an empty one."""
        if _identity(self._path) is None:
            raise dialect.loaded_dbapi.OperationalError(f"{self._path} is gone: put it back, or restore a backup")

    def _remember(self, _connection: Any, record: Any) -> None:
        record.info[FILE] = _identity(self._path)

    def _check(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if record.info[FILE] != _identity(self._path):
            raise DisconnectionError(f"{self._path} is another file now")

    def _check_or_rescue(self, connection: Any, record: Any, proxy: Any) -> None:
        with self._lock:
            if _identity(self._path) is None and self._written_anew(connection):
                record.dbapi_connection = None  # the pool shall not close it
        self._check(connection, record, proxy)

    def _written_anew(self, connection: Any) -> bool:
        """Write the file anew from what a connection has open, and tell whether that went well."""
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            while not _copied(connection, new):
                pass
            new.rename(self._path)
        except (connection.Error, OSError) as fault:
            log.error("%s is gone, and cannot be written anew: %s", self._path, fault)
            return False
        self._closed.append(connection)
        log.warning("%s was removed while it was in use: it was written anew, nothing is lost", self._path)
        return True


def _copied(connection: Any, new: Path) -> bool:
    """Copy a database, and see that nobody can write into the old one from then on; False when somebody just did."""
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    version = connection.execute("PRAGMA data_version").fetchone()
    with closing(type(connection)(new)) as copy:
        connection.backup(copy)
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA data_version").fetchone() == version:
        return True
    connection.execute("ROLLBACK")
    return False


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from all others; nothing when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
