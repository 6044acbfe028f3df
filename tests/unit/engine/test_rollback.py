"""Rollback: with the files of the last good deployment, and without what was not there before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kombify.engine.requests import LAST, PhaseRequest, WorkflowRequest
from kombify.engine.rollback import Rollback
from kombify.engine.snapshots import planned_files, take
from kombify.store.columns import now
from kombify.store.models import Event, Job, Phase, Snapshot


def snapshot(bench, text: str, *, applied: bool = False) -> int:
    folder = bench.stacks.folder("home")
    (folder / "kombination.yaml").write_text(text)
    number = take(bench.database, "home", planned_files(folder))
    if applied:
        with bench.database.begin() as session:
            session.get_one(Snapshot, number).applied_at = now()
    return number


def workflow(bench, number: int, seen: Path) -> WorkflowRequest:
    """A workflow that writes down which files it works with, and fails."""

    def look(what: str, which: int | str):
        return bench.request("which", snapshot=which, variables={"seen": str(seen), "what": what})

    good = PhaseRequest(name="good", state="preparing", job=look("do", number), undo=look("undo", LAST))
    bad = PhaseRequest(name="bad", state="deploying", job=bench.request("broken"))
    return WorkflowRequest(phases=(good, bad), success="running", snapshot=number)


def test_an_undo_works_with_the_files_of_the_last_good_deployment(working, tmp_path: Path) -> None:
    snapshot(working, "name: before", applied=True)
    number = snapshot(working, "name: new")
    snapshot(working, "name: edited since")
    request = workflow(working, number, tmp_path / "seen")
    done = working.ended(working.engine.orders.launch("home", request).id)
    assert (done.state, done.message) == ("rolled_back", "phase bad: failed")
    assert (tmp_path / "seen").read_text().splitlines() == ["do: name: new", "undo: name: before"]
    assert (working.stacks.folder("home") / "kombination.yaml").read_text() == "name: edited since"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_before_the_first_good_deployment_there_is_nothing_to_go_back_to(working, tmp_path: Path) -> None:
    request = workflow(working, snapshot(working, "name: new"), tmp_path / "seen")
    done = working.ended(working.engine.orders.launch("home", request).id)
    assert (done.state, done.message) == ("error", "phase bad: failed")
    assert (tmp_path / "seen").read_text().splitlines() == ["do: name: new"]


def told(counter: int, host: str, role: str, **result: Any) -> Event:
    changed = result.get("changed", False)
    data = {"res": result}
    return Event(counter=counter, event="runner_on_ok", host=host, role=role, changed=changed, data=data)


STOCK = (
    told(1, "nas", "kombify.stack.prepare", changed=True, changed_files=["/etc/kombify/firewall.nft"]),
    told(2, "nas", "kombify.stack.pangolin", changed=False),
    told(3, "pi", "kombify.stack.prepare", changed=False),
    told(4, "pi", "prepare", changed=True, changed_files=["/etc/apt/apt.conf.d/20auto-upgrades"]),
    told(5, "pve", "kombify.stack.proxmox", changed=True, removed=[{"name": "web", "retired": False}]),
    told(6, "pve-2", "kombify.stack.proxmox", changed=False, removed=[{"name": "old", "retired": True}]),
    told(7, "nas", ""),
)


@pytest.mark.parametrize("state", ["successful", "failed", "lost"])
def test_what_was_there_before_is_never_taken_away(bench, state: str) -> None:
    workflow_id = bench.engine.deployments.deploy("home").id
    with bench.database.begin() as session:
        job = Job(kind="job", stack="home", state=state, request={}, parent_id=workflow_id)
        session.add(job)
        session.flush()
        session.add_all(
            Event(
                job_id=job.id,
                **{name: getattr(one, name) for name in ("counter", "event", "host", "role", "changed", "data")},
            )
            for one in STOCK
        )
        stock = session.query(Phase).filter_by(workflow_id=workflow_id, name="stock").one()
        before = Phase(
            **{name: getattr(stock, name) for name in ("workflow_id", "position", "name", "state", "request", "undo")}
        )
        stock.job_id = job.id
    request = Rollback(bench.database).request(before)
    if state != "successful":
        assert request is None, "nothing was begun"
        return
    assert request is not None
    assert request.check is False
    assert request.variables["kombify_undo"] == {
        "pangolin": {"nas": []},
        "prepare": {"pi": ["/etc/apt/apt.conf.d/20auto-upgrades"]},
    }
    assert request.variables["proxmox_spare"] == ["web"]
