"""What a plan promises is what its deployment does; and what people change by hand is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kombify.engine.drift import by_host
from kombify.engine.errors import StalePlan
from kombify.store.models import Job

if TYPE_CHECKING:
    from conftest import Home


def promised(home: Home, plan_id: int) -> dict[str, int]:
    """Return how much a plan would change, by host."""
    plan = home.ended(plan_id)
    assert plan.state == "successful", home.why(plan_id)
    with home.database.read() as session:
        told = session.scalars(select(Job.artifacts).where(Job.parent_id == plan_id)).all()
    return by_host(one for artifacts in told for one in artifacts.get("differences", []))


def test_a_plan_is_applied_as_it_was_made_and_then_nothing_is_left_to_do(home: Home) -> None:
    deployments = home.engine.deployments
    fresh = deployments.plan("home").id
    assert {"pve-1", "gateway"} <= promised(home, fresh).keys()
    assert home.machines() == {}
    applied = deployments.apply(fresh)
    home.rewrite("ports: [51820/udp]", "ports: [51820/udp, 8443/tcp]")  # while it runs: no business of this one
    done = home.ended(applied.id)
    assert done.state == "running", home.why(done.id)
    assert "8443" not in home.site.look("gateway", "cat /etc/kombify/firewall.nft")
    with pytest.raises(StalePlan, match=r"changed since: kombination\.yaml"):
        deployments.apply(_stale(home))
    home.rewrite("ports: [51820/udp, 8443/tcp]", "ports: [51820/udp]")
    home.rewrite("\nnote: edited", "")
    assert promised(home, deployments.plan("home").id) == {}
    assert home.drift().differences == []
    assert home.notices() == []
    home.site.look("gateway", "echo '# by hand' >> /etc/kombify/firewall.nft; systemctl stop kombify-firewall")
    drift = home.drift()
    assert by_host(drift.differences)["gateway"] >= 1
    assert {one["what"].split()[0] for one in drift.differences if one["host"] == "gateway"} >= {
        "/etc/kombify/firewall.nft"
    }
    assert [(one.kind, one.data["job"]) for one in home.notices()] == [("drift", drift.job_id)]


def _stale(home: Home) -> int:
    """Plan, and edit the spec when the plan has come to its end."""
    plan = home.engine.deployments.plan("home").id
    promised(home, plan)
    home.rewrite("name: home", "name: home\nnote: edited")
    return plan
