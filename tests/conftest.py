"""Databases to test with: a file, or a PostgreSQL server of our own that lives as long as the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SERVER_FLAGS = "-c listen_addresses='' -c fsync=off -c max_connections=200 -c unix_socket_directories={folder}"


class PostgresServer:
    """A server on a socket in a folder of its own. PostgreSQL refuses to run as root: then it runs as nobody."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="kombify-pg-", dir="/tmp"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "--auth=trust", "--username=kombify", "--encoding=UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        self._run(
            "pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", SERVER_FLAGS.format(folder=self.folder)
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def new_database(self) -> str:
        name = f"t{uuid.uuid4().hex}"
        self.sql(f"CREATE DATABASE {name}")
        return f"postgresql://kombify@/{name}?host={self.folder}"

    def cut(self, database: str) -> None:
        """Break all connections to a database."""
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        self.sql(f"{cut} '{database}'")

    def sql(self, statement: str) -> str:
        ran = subprocess.run(
            [self._programs / "psql", "-h", self.folder, "-U", "kombify", "-qtAc", statement, "postgres"],
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._programs / program, *words],
            check=True,
            env={"PGDATA": str(self.folder / "data"), "LC_ALL": "C.UTF-8", "PATH": os.defpath},
            cwd=self.folder,
            user=self._user,
            stdout=subprocess.DEVNULL,
        )


def postgres_programs() -> Path:
    """Return the folder of the server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        pytest.fail("these tests need the PostgreSQL server: apt-get install postgresql", pytrace=False)
    return found[-1].parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer(postgres_programs())
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of both kinds in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kombify.db'}"
    new: Callable[[], str] = request.getfixturevalue("postgres").new_database
    return new()
