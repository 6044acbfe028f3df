"""What losing a machine would mean: outside of clusters, in clusters, and with a hypervisor."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import schedulable
from ansible_collections.kombify.stack.plugins.module_utils.plan.loss import Loss, simulate_loss

HEAD = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: test\n"
HOSTS = (
    HEAD
    + """
nodes:
  nas: {address: 10.0.0.1, cpu: 4, memory: 16GiB, disk: 4TB}
  mini: {address: 10.0.0.2, cpu: 4, memory: 1GiB, disk: 512GB}
services:
  jellyfin: {runs_on: nas}
  vaultwarden: {runs_on: [nas, mini], placement: {prefer: nas}}
  uptime-kuma: {runs_on: [nas, mini], resources: {memory: 4GiB}}
"""
)
HYPERVISORS = (
    HEAD
    + """
nodes:
  pve-[1:2]: {type: hypervisor, address: "10.0.0.{1}", cpu: 16, memory: 32GiB, disk: 1TB}
  head: {runs_on: pve-1, address: 10.0.0.10, cpu: 4, memory: 4GiB, disk: 50GiB}
  worker-[1:2]: {runs_on: "pve-{1}", address: "10.0.0.{1+10}", cpu: 4, memory: 8GiB, disk: 200GiB}
  loose: {runs_on: pve-*, address: 10.0.0.20, cpu: 2, memory: 2GiB, disk: 20GiB, placement: {prefer: pve-1}}
clusters:
  k8s:
    {version: 1.35.1, control_plane: [head], workers: [worker-*], cni: {calico: 3.30.0}, storage: {openebs: hostpath}}
services:
  jellyfin: {runs_on: k8s, resources: {memory: 4GiB}}
  uptime-kuma: {runs_on: k8s, resources: {memory: 5GiB}}
"""
)


@pytest.fixture
def lose(tmp_path: Path):
    def simulate(text: str, node: str) -> Loss:
        spec = tmp_path / "kombination.yaml"
        spec.write_text(text, encoding="utf-8")
        plan = open_project(spec).plan()
        assert [str(problem) for problem in plan.problems if problem.severity == "error"] == []
        return simulate_loss(node, plan.requirements, plan.rounds, schedulable(plan.spec, plan.requirements))

    return simulate


def test_what_may_run_elsewhere_moves_what_is_too_large_stays_out_and_what_is_pinned_is_bound(lose) -> None:
    loss = lose(HOSTS, "nas")
    assert dict(loss.moves) == {"vaultwarden": "mini"}
    assert list(loss.unplaced) == ["uptime-kuma"]
    assert "short by" in loss.unplaced["uptime-kuma"]["mini"]
    assert loss.bound == ("jellyfin",)
    assert set(loss.data) == {"jellyfin", "vaultwarden", "uptime-kuma"}


def test_a_machine_without_services_takes_nothing_with_it(lose) -> None:
    loss = lose(HOSTS, "mini")
    assert loss == Loss("mini", ("mini",))


def test_a_hypervisor_takes_the_vms_that_cannot_move(lose) -> None:
    loss = lose(HYPERVISORS, "pve-1")
    assert loss.machines == ("pve-1", "head", "worker-1")
    assert dict(loss.moves) == {"loose": "pve-2"}
    assert loss.headless == ("k8s",)


def test_a_cluster_that_gets_smaller_keeps_what_still_fits_together(lose) -> None:
    loss = lose(HYPERVISORS, "worker-1")
    assert loss.machines == ("worker-1",)
    assert list(loss.unplaced) == ["uptime-kuma"]
    assert loss.headless == ()


def test_a_cluster_without_nodes_stops(lose) -> None:
    loss = lose(HYPERVISORS.replace('runs_on: "pve-{1}"', "runs_on: pve-1"), "pve-1")
    assert dict(loss.stopped) == {"k8s": ("jellyfin", "uptime-kuma")}
    assert loss.unplaced == {}
