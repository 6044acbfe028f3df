"""Workflows: phases in order, and undo of those that ran, the last one first."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.engine.requests import PhaseRequest, WorkflowRequest


def workflow(bench, *names: str, undo: bool = True) -> WorkflowRequest:
    """A workflow whose phases write their names down; one with the name of a playbook runs that."""

    def job(name: str):
        special = name in ("broken", "wait")
        return bench.request(name) if special else bench.request("note", variables={"note": name})

    phases = [
        PhaseRequest(name=name, state=f"{name}ing", job=job(name), undo=job(f"undo-{name}") if undo else None)
        for name in names
    ]
    return WorkflowRequest(phases=phases, success="running")


def notes(bench) -> list[str]:
    path: Path = bench.stacks.folder("home") / "notes"
    return path.read_text().split() if path.exists() else []


def test_a_workflow_whose_phases_all_succeed_ends_in_its_own_word(working) -> None:
    done = working.ended(working.engine.orders.launch("home", workflow(working, "prepare", "deploy")).id)
    assert (done.state, notes(working)) == ("running", ["prepare", "deploy"])


def test_a_failed_phase_undoes_what_ran_the_last_first(working) -> None:
    request = workflow(working, "prepare", "deploy", "broken", "never")
    done = working.ended(working.engine.orders.launch("home", request).id)
    assert (done.state, done.message) == ("rolled_back", "phase broken: failed")
    assert notes(working) == ["prepare", "deploy", "undo-broken", "undo-deploy", "undo-prepare"]


def test_a_workflow_with_nothing_to_undo_ends_in_error(working) -> None:
    done = working.ended(working.engine.orders.launch("home", workflow(working, "broken", undo=False)).id)
    assert (done.state, done.message) == ("error", "phase broken: failed")


def test_a_canceled_workflow_ends_its_job_and_undoes(working) -> None:
    launched = working.engine.orders.launch("home", workflow(working, "prepare", "wait", "never"))
    flag = working.stacks.folder("home") / "waiting"
    working.until(flag.exists)
    working.engine.orders.cancel(launched.id)
    assert working.ended(launched.id).state == "canceled"
    assert notes(working) == ["prepare", "undo-wait", "undo-prepare"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_canceled_workflow_whose_worker_leaves_is_undone_to_the_end(working) -> None:
    request = workflow(working, "prepare", "wait")
    undo = working.request("wait", variables={"flag": "undoing"})
    phases = (request.phases[0], request.phases[1].model_copy(update={"undo": undo}))
    launched = working.engine.orders.launch("home", request.model_copy(update={"phases": phases}))
    folder = working.stacks.folder("home")
    working.until((folder / "waiting").exists)
    working.engine.orders.cancel(launched.id)
    working.until((folder / "undoing").exists)
    working.restart()
    (folder / "go").touch()
    assert working.ended(launched.id).state == "canceled"
    assert notes(working) == ["prepare", "undo-prepare"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_workflow_goes_on_where_its_worker_left_it(working) -> None:
    launched = working.engine.orders.launch("home", workflow(working, "prepare", "wait", "deploy"))
    working.until((working.stacks.folder("home") / "waiting").exists)
    working.restart()
    (working.stacks.folder("home") / "go").touch()
    assert working.ended(launched.id).state == "running"
    assert notes(working) == ["prepare", "deploy"]
