"""Deployments: what they are made of, and plans that are applied as they were made, once. Nothing runs here."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.engine.deployment import GOOD_END, STATES, stages
from kombify.engine.errors import EngineError, KeyReused, NotFound, StalePlan
from kombify.engine.outcome import Outcome
from kombify.engine.snapshots import last_applied
from kombify.engine.turns import close
from kombify.runner.status import State
from kombify.store.models import Job, Phase, Snapshot

SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
nodes:
  nas: {address: 192.0.2.10, cpu: 4, memory: 8GiB, disk: 100GiB}
"""


@pytest.fixture
def spec(bench) -> Path:
    path = bench.stacks.folder("home") / "kombination.yaml"
    path.write_text(SPEC)
    return path


@pytest.fixture
def deployments(bench, spec):
    return bench.engine.deployments


def end(bench, job_id: int, state: str = State.SUCCESSFUL) -> None:
    with bench.database.begin() as session:
        close(session, session.get_one(Job, job_id), Outcome(state))


def phases(bench, workflow_id: int) -> list[Phase]:
    with bench.database.read() as session:
        return sorted(session.query(Phase).filter_by(workflow_id=workflow_id), key=lambda phase: phase.position)


def test_a_deployment_validates_takes_stock_does_the_stages_and_verifies(bench, deployments) -> None:
    found = phases(bench, deployments.deploy("home").id)
    assert [phase.name for phase in found] == ["validate", "stock", *stages(), "verify"]
    assert (found[0].state, found[-1].state) == ("validating", "health_check")
    assert [phase.state for phase in found[2:-1]] == [STATES[name] for name in stages()]
    assert len({phase.request["snapshot"] for phase in found}) == 1
    assert [phase.name for phase in found if phase.undo is None] == ["validate", "verify"]


def test_only_stages_with_a_playbook_take_part_and_in_their_order(deployments) -> None:
    assert stages()[:2] == ("proxmox", "prepare")
    assert set(stages()) <= set(STATES)


def test_a_plan_changes_nothing(bench, deployments) -> None:
    found = phases(bench, deployments.plan("home").id)
    assert [phase.name for phase in found] == ["validate", "plan"]
    assert (found[1].request["check"], found[1].request["diff"], found[1].undo) == (True, True, None)
    assert not (bench.stacks.folder("home") / "kombination.lock").exists()


def test_a_deployment_fixes_placement_and_never_touches_the_spec(bench, deployments, spec: Path) -> None:
    deployments.deploy("home")
    assert spec.read_text() == SPEC
    assert (bench.stacks.folder("home") / "kombination.lock").exists()


def test_a_launch_is_known_by_its_key_also_when_files_changed_since(deployments, spec: Path) -> None:
    first = deployments.deploy("home", by="me", key="k")
    spec.write_text(SPEC.replace("cpu: 4", "cpu: 8"))
    assert deployments.deploy("home", by="me", key="k") == (first.id, False)
    assert deployments.deploy("home", by="you", key="k").new
    with pytest.raises(KeyReused):
        deployments.plan("home", by="me", key="k")


def test_a_plan_is_applied_once_whoever_asks(bench, deployments) -> None:
    plan = deployments.plan("home", prune=True).id
    end(bench, plan)
    applied = deployments.apply(plan, by="me")
    assert applied.new
    assert deployments.apply(plan, by="me") == (applied.id, False)
    assert deployments.apply(plan, by="you") == (applied.id, False)
    assert (bench.job(applied.id).launched_by, bench.job(applied.id).request["prune"]) == ("me", True)


def test_a_plan_that_was_applied_is_found_again_although_files_changed_since(bench, deployments, spec: Path) -> None:
    plan = deployments.plan("home").id
    end(bench, plan)
    applied = deployments.apply(plan, by="me")
    spec.write_text(SPEC.replace("cpu: 4", "cpu: 8"))
    assert deployments.apply(plan, by="me") == (applied.id, False)


def test_a_stale_plan_is_refused_with_what_changed(bench, deployments, spec: Path) -> None:
    plan = deployments.plan("home").id
    end(bench, plan)
    spec.write_text(SPEC.replace("cpu: 4", "cpu: 8"))
    with pytest.raises(StalePlan, match=r"changed since: kombination.yaml"):
        deployments.apply(plan)
    spec.write_text(SPEC)
    assert deployments.apply(plan).new, "it is what was planned again"


@pytest.mark.parametrize("state", [None, State.FAILED, State.CANCELED])
def test_only_a_plan_that_went_well_is_applied(bench, deployments, state: str | None) -> None:
    plan = deployments.plan("home").id
    if state is not None:
        end(bench, plan, state)
    with pytest.raises(EngineError, match=f"plan {plan} is"):
        deployments.apply(plan)


def test_what_is_no_plan_is_not_applied(bench, deployments) -> None:
    with pytest.raises(EngineError, match="is no plan"):
        deployments.apply(deployments.deploy("home").id)
    with pytest.raises(NotFound, match="no workflow 99"):
        deployments.apply(99)


def test_rollbacks_go_back_to_the_last_deployment_that_went_well(bench, deployments, spec: Path) -> None:
    good = deployments.deploy("home").id
    end(bench, good, GOOD_END)
    spec.write_text(SPEC.replace("cpu: 4", "cpu: 8"))
    bad = deployments.deploy("home").id
    end(bench, bad, "rolled_back")
    planned = deployments.plan("home").id
    end(bench, planned)
    with bench.database.read() as session:
        last = session.get_one(Snapshot, last_applied(session, "home"))
    assert last.id == bench.job(good).request["snapshot"]
    assert last.files["kombination.yaml"] == SPEC
