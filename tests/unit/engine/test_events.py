"""What a job wrote becomes rows: each event once, whatever was cut off, and how every host fared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kombify.engine.events import Tally, read_batch, row_of
from kombify.engine.recorder import Recorder
from kombify.store.models import Event, HostSummary, Job, Run


def event(counter: int, name: str = "runner_on_ok", host: str = "nas", **data: Any) -> dict[str, Any]:
    return {"counter": counter, "event": name, "stdout": f"line {counter}", "event_data": {"host": host, **data}}


def write(path: Path, *events: dict[str, Any], end: str = "\n") -> None:
    with path.open("a") as file:
        file.write("\n".join(map(json.dumps, events)) + end)


@pytest.fixture
def job(bench, tmp_path: Path):
    """A job that has a run, and the file in which its events are."""
    with bench.database.begin() as session:
        session.add(Job(kind="job", stack="home", state="running", request={}))
        session.flush()
        session.add(Run(job_id=1, worker="one", folder=str(tmp_path)))
    return bench, tmp_path / "events.ndjson"


def test_a_line_that_is_still_being_written_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    write(path, event(1), event(2), end='\n{"counter": 3, "ev')
    batch = read_batch(path, 0)
    assert [one["counter"] for one in batch.events] == [1, 2]
    write(path, end='ent": "verbose"}\n')
    assert [one["counter"] for one in read_batch(path, batch.offset).events] == [3]


def test_a_broken_line_does_not_hide_the_next(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b'{"counter": 1}\n{"counter": \xff\x00\n[1]\n{"counter": 3}\n')
    assert [one["counter"] for one in read_batch(path, 0).events] == [1, 3]


def test_a_line_longer_than_what_is_read_at_once_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    write(path, event(1, text="x" * 5000), event(2))
    first = read_batch(path, 0, size=100)
    assert [one["counter"] for one in first.events] == [1]
    assert [one["counter"] for one in read_batch(path, first.offset).events] == [2]


def test_without_a_file_there_are_no_events(tmp_path: Path) -> None:
    assert read_batch(tmp_path / "none", 0) == ([], 0)


def test_events_are_stored_once_however_many_follow(job) -> None:
    bench, path = job
    followers = [Recorder(bench.database, 1, path) for _ in range(3)]
    for counter in range(1, 10):
        write(path, event(counter))
        followers[counter % 3].store()
    assert [follower.store() for follower in followers] == [0, 0, 0]
    assert bench.counters(1) == list(range(1, 10))
    with bench.database.read() as session:
        assert session.scalars(select(HostSummary.ok)).all() == [9]


def test_a_recorder_that_comes_later_goes_on_where_the_last_one_was_killed(job) -> None:
    bench, path = job
    write(path, *(event(counter) for counter in range(1, 4)))
    assert Recorder(bench.database, 1, path).store() == 3
    write(path, event(4, "runner_on_failed"))
    assert Recorder(bench.database, 1, path).store() == 1
    with bench.database.read() as session:
        assert session.execute(select(HostSummary.ok, HostSummary.failed)).one() == (3, 1)


def test_a_text_with_nul_is_stored(job) -> None:
    bench, path = job
    write(path, {**event(1, res={"msg": "a\0b"}), "stdout": "a\0b"})
    Recorder(bench.database, 1, path).store()
    with bench.database.read() as session:
        stored = session.scalars(select(Event)).one()
    assert (stored.stdout, stored.data["res"]["msg"]) == ("a\ufffdb", "a\0b")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("runner_on_ok", {"res": {"changed": True}}, (True, False)),
        ("runner_on_ok", {"res": {"changed": False}}, (False, False)),
        ("runner_on_failed", {}, (False, True)),
        ("runner_on_failed", {"ignore_errors": True}, (False, False)),
        ("runner_on_unreachable", {}, (False, True)),
        ("playbook_on_stats", {"res": "text"}, (False, False)),
    ],
)
def test_an_event_knows_whether_it_changed_or_failed(name, data, expected) -> None:
    row = row_of(1, event(1, name, **data))
    assert (row["changed"], row["failed"]) == expected


def rows(*events: dict[str, Any]) -> list[dict[str, Any]]:
    return [row_of(1, one) for one in events]


def test_hosts_are_counted_while_the_job_runs_and_nobody_has_finished() -> None:
    tally = Tally()
    tally.add(rows(event(1, res={"changed": True}), event(2, "runner_on_skipped"), event(3, "runner_on_start", "mini")))
    assert tally.rows(1, ["nas", "mini"]) == [
        {"job_id": 1, "host": "mini", **dict.fromkeys(WORDS, 0), "finished": False},
        {"job_id": 1, "host": "nas", **dict.fromkeys(WORDS, 0), "ok": 1, "changed": 1, "skipped": 1, "finished": False},
    ]


def test_at_the_end_ansible_knows_best() -> None:
    tally = Tally()
    tally.add(rows(event(1, "runner_on_failed")))
    stats = {"ok": {"nas": 4, "mini": 1}, "rescued": {"nas": 1}, "failures": {"mini": 1}, "processed": {"nas": 1}}
    assert tally.add(rows(event(2, "playbook_on_stats", "", **stats))) == {"nas", "mini"}
    nas, mini = tally.hosts["nas"], tally.hosts["mini"]
    assert (nas.ok, nas.failed, nas.rescued, nas.finished) == (4, 0, 1, True)
    assert (mini.failed, mini.finished) == (1, False)


def test_when_ansible_gives_up_no_host_has_finished() -> None:
    tally = Tally()
    stats = {"ok": {"nas": 1}, "failures": {"mini": 1}}
    tally.add(rows(event(1, "playbook_on_no_hosts_remaining", ""), event(2, "playbook_on_stats", "", **stats)))
    assert [count.finished for count in tally.hosts.values()] == [False, False]


WORDS = ("ok", "changed", "failed", "unreachable", "skipped", "rescued", "ignored")
