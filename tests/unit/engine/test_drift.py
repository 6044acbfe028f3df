"""Drift: from events to differences, kept once with the end of the job."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kombify.engine.drift import LONGEST, by_host, differences
from kombify.engine.outcome import Outcome
from kombify.engine.turns import close
from kombify.store.models import Drift, Event, Job, Notice

DIFF = {"before": "old\n", "after": "new\n", "before_header": "/etc/motd", "after_header": "/etc/motd"}


def told(result: dict[str, Any], event: str = "runner_on_ok", *, failed: bool = False) -> dict[str, Any]:
    told = {"event": event, "host": "nas", "role": "prepare", "task": "Set it", "failed": failed}
    return {**told, "data": {"res": result}}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"changed": True, "diff": DIFF}, [("/etc/motd", "old\n", "new\n")]),
        (
            {"changed": True, "diff": [DIFF, {**DIFF, "before": ""}, {}]},
            [("/etc/motd", "old\n", "new\n"), ("/etc/motd", "", "new\n")],
        ),
        ({"changed": True}, [("", "", "")]),
        ({"changed": True, "diff": {"prepared": "+ a line"}}, [("", "", "+ a line")]),
        (
            {"changed": True, "results": [{"changed": True, "diff": DIFF}, {"changed": False}, {"changed": True}]},
            [("/etc/motd", "old\n", "new\n"), ("", "", "")],
        ),
        ({"changed": True, "diff": {"before": {"a": 1}, "after": {"a": 2}}}, [("", "{'a': 1}", "{'a': 2}")]),
    ],
    ids=["file", "files", "no diff", "prepared", "loop", "values"],
)
def test_what_a_task_would_change_is_a_difference(result: dict[str, Any], expected: list[tuple[str, ...]]) -> None:
    found = list(differences([told(result)]))
    assert [(one["what"], one["before"], one["after"]) for one in found] == expected
    assert {(one["kind"], one["host"], one["role"], one["task"]) for one in found} == {
        ("changed", "nas", "prepare", "Set it")
    }
    assert by_host(found) == {"nas": len(expected)}


def test_hosts_of_which_not_all_is_known_are_said() -> None:
    gone = told({"msg": "no route", "unreachable": True}, "runner_on_unreachable", failed=True)
    broken = told({"msg": "it broke"}, "runner_on_failed", failed=True)
    found = list(differences([gone, broken]))
    assert [(one["kind"], one["message"]) for one in found] == [("unreachable", "no route"), ("failed", "it broke")]
    assert by_host(found) == {}


def test_a_long_text_is_cut() -> None:
    found = list(differences([told({"changed": True, "diff": {"before": "", "after": "x" * (LONGEST + 1)}})]))
    assert len(found[0]["after"]) == LONGEST + 1


def looked(bench, *events: Event, state: str = "successful") -> int:
    """A job that looked for drift, saw this and ended; others say twice that it has ended."""
    job_id = bench.engine.deployments.look_for_drift("home").id
    with bench.database.begin() as session:
        for event in (*events, Event(counter=99, event="playbook_on_stats", data={})):
            event.job_id = job_id
            session.add(event)
    for _ in range(2):
        with bench.database.begin() as session:
            close(session, session.get_one(Job, job_id), Outcome(state))
    return job_id


def seen(counter: int, host: str, name: str = "runner_on_ok", **row: Any) -> Event:
    data = {"res": {"changed": True, "diff": DIFF, "msg": "as it is"}}
    return Event(counter=counter, event=name, host=host, task="Set it", data=data, **row)


def test_drift_is_kept_once_and_noticed(bench) -> None:
    gone = seen(3, "pi", "runner_on_unreachable", failed=True)
    job_id = looked(bench, seen(1, "nas", changed=True), seen(2, "mini"), gone, state="failed")
    with bench.database.read() as session:
        drift = session.scalars(select(Drift)).one()
        notice = session.scalars(select(Notice)).one()
    assert [(one["kind"], one["host"]) for one in drift.differences] == [("changed", "nas"), ("unreachable", "pi")]
    assert (drift.job_id, notice.kind, notice.data) == (job_id, "drift", {"job": job_id, "hosts": {"nas": 1}})


def test_where_nothing_differs_nothing_is_noticed(bench) -> None:
    looked(bench, seen(1, "nas"))
    with bench.database.read() as session:
        assert session.scalars(select(Drift)).one().differences == []
        assert session.scalars(select(Notice)).all() == []


def test_a_look_that_never_came_to_machines_found_nothing(bench) -> None:
    """Such as with a spec that is not valid: nobody may take that for machines without drift."""
    job_id = bench.engine.deployments.look_for_drift("home").id
    with bench.database.begin() as session:
        close(session, session.get_one(Job, job_id), Outcome("failed", 4))
    with bench.database.read() as session:
        assert session.scalars(select(Drift)).all() == []


@pytest.mark.parametrize("state", ["canceled", "lost", "error"])
def test_a_look_that_did_not_come_to_its_end_found_nothing(bench, state: str) -> None:
    looked(bench, seen(1, "nas", changed=True), state=state)
    with bench.database.read() as session:
        assert session.scalars(select(Drift)).all() == []
        assert session.scalars(select(Notice)).all() == []
