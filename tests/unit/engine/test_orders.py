"""Launching and canceling: what was answered holds, and the same order twice is one job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from kombify.engine.errors import EngineError, KeyReused, NotFound, StalePlan
from kombify.engine.requests import JobRequest, PhaseRequest, WorkflowRequest
from kombify.store.models import HostSummary, Job, Phase

MANY = 200


def count(bench) -> int:
    with bench.database.read() as session:
        return session.scalar(select(func.count(Job.id)))


def test_the_same_key_gives_the_same_job(bench) -> None:
    orders, request = bench.engine.orders, bench.request()
    first = orders.launch("home", request, by="ann", key="k")
    assert orders.launch("home", request, by="ann", key="k") == (first.id, False)
    assert orders.launch("home", request, by="bob", key="k").new


def test_many_identical_launches_at_once_are_one_job(bench) -> None:
    request = bench.request()
    with ThreadPoolExecutor(16) as pool:
        launched = list(pool.map(lambda _: bench.engine.orders.launch("home", request, key="k"), range(MANY)))
    assert len({one.id for one in launched}) == 1
    assert [one.new for one in launched].count(True) == 1
    assert count(bench) == 1


def test_many_different_launches_at_once_are_all_accepted(bench) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: bench.launch(title=str(number)), range(MANY)))
    assert count(bench) == MANY


def test_a_key_that_stood_for_something_else_is_refused(bench) -> None:
    bench.engine.orders.launch("home", bench.request(), key="k")
    with pytest.raises(KeyReused) as refused:
        bench.engine.orders.launch("home", bench.request(check=True), key="k")
    assert refused.value.hint


def test_an_unknown_stack_is_refused_and_the_known_ones_are_named(bench) -> None:
    with pytest.raises(NotFound) as refused:
        bench.launch("../home")
    assert "cabin, home" in refused.value.hint


def test_a_stale_plan_is_refused_with_what_changed(bench) -> None:
    plan = bench.stacks.fingerprint("home")
    assert bench.launch(plan=plan)
    (bench.stacks.folder("home") / "kombination.lock").write_text("{}")
    with pytest.raises(StalePlan) as refused:
        bench.launch(plan=plan)
    assert refused.value.changed == ("kombination.lock",)


def test_a_job_that_nobody_began_is_canceled_at_once(bench) -> None:
    job_id = bench.launch()
    assert bench.engine.orders.cancel(job_id, by="ann")
    assert (bench.job(job_id).state, bench.job(job_id).events_stored) == ("canceled", True)
    assert not bench.engine.orders.cancel(job_id)


@pytest.mark.parametrize("order", ["cancel", "relaunch"])
def test_a_job_that_is_not_there_is_said_so(bench, order: str) -> None:
    with pytest.raises(NotFound, match="no job 7"):
        getattr(bench.engine.orders, order)(7)


def test_a_workflow_is_stored_with_its_phases(bench) -> None:
    phases = [PhaseRequest(name=name, state=f"{name}ing", job=bench.request()) for name in ("check", "mend")]
    launched = bench.engine.orders.launch("home", WorkflowRequest(phases=phases))
    with bench.database.read() as session:
        stored = session.execute(select(Phase.workflow_id, Phase.position, Phase.name).order_by(Phase.position)).all()
    assert list(map(tuple, stored)) == [(launched.id, 1, "check"), (launched.id, 2, "mend")]
    assert bench.job(launched.id).kind == "workflow"


@pytest.mark.parametrize(
    ("finished", "limit"),
    [
        ({"nas": False, "mini": True}, ["nas"]),
        ({"nas": False, "mini": False}, []),
        ({}, []),
    ],
    ids=["one failed", "the run was cut short", "it never reached a host"],
)
def test_a_relaunch_is_for_hosts_that_did_not_come_to_the_end(bench, finished, limit) -> None:
    job_id = bench.launch()
    bench.engine.orders.cancel(job_id)
    with bench.database.begin() as session:
        session.add_all([HostSummary(job_id=job_id, host=host, finished=end) for host, end in finished.items()])
    again = bench.engine.orders.relaunch(job_id, unfinished=True)
    assert bench.job(again.id).request["limit"] == limit


def test_a_relaunch_of_what_came_to_its_end_everywhere_is_refused(bench) -> None:
    job_id = bench.launch()
    with pytest.raises(EngineError, match="has not ended"):
        bench.engine.orders.relaunch(job_id, unfinished=True)
    bench.engine.orders.cancel(job_id)
    with bench.database.begin() as session:
        session.add(HostSummary(job_id=job_id, host="nas", finished=True))
    with pytest.raises(EngineError, match="on all hosts"):
        bench.engine.orders.relaunch(job_id, unfinished=True)


@pytest.mark.parametrize("name", ["all", "nas"])
def test_a_limit_names_hosts(name: str) -> None:
    assert JobRequest(playbook="x", limit=[name]).limit == (name,)


@pytest.mark.parametrize("pattern", ["*", "!nas", "nas:mini", "~n.*", "@file", "nas,mini", "{{ x }}", ""])
def test_a_limit_is_never_a_pattern(pattern: str) -> None:
    with pytest.raises(ValidationError):
        JobRequest(playbook="x", limit=[pattern])


@pytest.mark.parametrize("variables", [{"db_password": "hunter2"}, {"db": {"api_token": "hunter2"}}])
def test_a_secret_among_the_variables_is_refused_and_not_repeated(variables) -> None:
    with pytest.raises(ValidationError) as refused:
        JobRequest(playbook="x", variables=variables)
    assert "hunter2" not in str(refused.value.errors(include_input=False))
