"""A database that nobody may write to, that somebody locks for long, or whose file is removed."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

LOCKED = 35.0
"""Seconds: longer than SQLite's connections wait by themselves."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_locked_for_long_delays_and_loses_nothing(house, capsys) -> None:
    house.start()
    ran = house.launch("wait", note="ran")
    house.until(lambda: house.said() == ["ran-began"])
    with closing(sqlite3.connect(house.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        (house.stack("attic") / "go").touch()
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(house.try_launch("note", note="late").status_code))
        asking.start()
        house.until(lambda: house.troubles() != {})
        said = house.troubles()
        house.until(house.counts_troubles)
        assert house.ask("GET", "/healthz").is_success
        assert house.job(ran)["state"] == "running"
        other.execute("ROLLBACK")
    asking.join()
    assert house.ended(ran)["state"] == "successful"
    house.check_events(ran)
    house.until(lambda: house.troubles() == {} and not house.counts_troubles())
    assert answers[0] in (202, 503)
    house.until(lambda: house.said().count("late") == (answers[0] == 202))
    assert house.ended(house.launch("note", note="after"))["state"] == "successful"
    with capsys.disabled():
        print(f"\nSQLite locked: {said}; the launch meanwhile was answered with {answers[0]}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_only_reads_refuses_what_is_new_and_loses_nothing(house, postgres, capsys) -> None:
    house.start()
    ran = house.launch("wait", note="ran")
    house.until(lambda: house.said() == ["ran-began"])
    name = house.url.split("/")[3].split("?")[0]
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    postgres.cut(name)
    (house.stack("attic") / "go").touch()
    house.until(lambda: any("read-only" in trouble for trouble in house.troubles().values()))
    said = house.troubles()
    house.until(house.counts_troubles)
    house.until(lambda: house.said() == ["ran-began", "ran-ended"])
    refused = house.try_launch("note", note="refused")
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert house.job(ran)["state"] == "running"
    postgres.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    postgres.cut(name)
    assert house.ended(ran)["state"] == "successful"
    house.check_events(ran)
    house.until(lambda: house.troubles() == {} and not house.counts_troubles())
    assert house.ended(house.launch("note", note="after"))["state"] == "successful"
    assert house.said() == ["ran-began", "ran-ended", "after"]
    with capsys.disabled():
        print(f"\nPostgreSQL read-only: {said}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_table_that_is_locked_for_long_delays_and_loses_nothing(house) -> None:
    house.start()
    ran = house.launch("wait", note="ran")
    house.until(lambda: house.said() == ["ran-began"])
    with psycopg.connect(house.url) as other:
        other.execute("LOCK TABLE jobs, events IN ACCESS EXCLUSIVE MODE")
        (house.stack("attic") / "go").touch()
        house.until(lambda: house.said() == ["ran-began", "ran-ended"])
        assert house.ask("GET", "/healthz").is_success
    assert house.ended(ran)["state"] == "successful"
    house.check_events(ran)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_data_folder_that_is_removed_loses_no_job(house, capsys) -> None:
    house.start()
    ran = house.launch("wait", note="ran")
    house.until(lambda: house.said() == ["ran-began"])
    waited = house.launch("note", note="waited")
    shutil.rmtree(house.folder / "data")
    house.until(lambda: Path(house.database.file).exists())
    after = house.launch("note", "cellar", note="after")
    house.service.kill()
    house.until(house.service.ready)
    (house.stack("attic") / "go").touch()
    assert [house.ended(job_id)["state"] for job_id in (ran, waited, after)] == ["successful"] * 3
    for job_id in (ran, waited, after):
        house.check_events(job_id)
    assert (house.said(), house.said("cellar")) == (["ran-began", "ran-ended", "waited"], ["after"])
    with capsys.disabled():
        print("\ndata folder removed, then kill -9: 3 jobs, 0 lost")
