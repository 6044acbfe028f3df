"""Kill -9 of the engine in each phase: the deployment goes on where it was, and nothing is done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kombify.engine.deployment import stages
from kombify.store.models import Job, StackLease

if TYPE_CHECKING:
    from conftest import Home


def test_the_engine_is_killed_in_each_phase(home: Home) -> None:
    number = home.engine.deployments.deploy("home").id
    expected = ["validate", "stock", *stages(), "verify"]
    for title in expected:
        home.until(lambda title=title: _running(home, number, title))
        home.kill()
        home.start()
    done = home.ended(number)
    assert done.state == "running", home.why(number)
    assert home.jobs(number) == dict.fromkeys(expected, "successful")
    assert home.machines() == {"web-1": ("running", 512, False)}
    with home.database.read() as session:
        assert session.scalars(select(StackLease)).all() == []


def test_the_engine_is_killed_while_it_rolls_back(home: Home) -> None:
    before = home.gateway()
    home.jam()
    number = home.engine.deployments.deploy("home").id
    home.until(lambda: home.job(number).state == "rolling_back")
    home.kill()
    home.start()
    assert home.ended(number).state == "rolled_back", home.why(number)
    home.free()
    assert home.machines() == {"web-1": ("stopped", 512, True)}
    assert home.gateway() == before


def _running(home: Home, workflow_id: int, title: str) -> bool:
    """Tell whether a job of a workflow runs; one that ended before anybody looked counts too."""
    with home.database.read() as session:
        job = session.scalar(select(Job).where(Job.parent_id == workflow_id, Job.title == title))
    return job is not None and (job.state == "running" or job.ended_at is not None)
