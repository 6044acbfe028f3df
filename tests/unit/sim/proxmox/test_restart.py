"""What is still known after the process was killed and started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kombify.sim.hypervisors import STATE, set_fault


@pytest.fixture
def killed(cluster: Any) -> Iterator[Callable[[], Any]]:
    """End the cluster as a kill does and return the one that comes after it."""
    later: list[Any] = []

    def kill() -> Any:
        later.append(type(cluster)(cluster.folder, cluster.settings, cluster.lab))
        return later[-1]

    yield kill
    for each in later:
        each.end()


def test_configuration_disks_tasks_and_power_survive(cluster: Any, killed: Callable[[], Any]) -> None:
    vm = cluster.started()
    task = vm.resize.put(disk="scsi0", size="20G")
    assert cluster.done(task) == "OK"
    before = vm.config.get()
    later = killed()
    assert later.vm().config.get() == before
    assert later.vm().status.current.get()["status"] == "running"
    assert later.api.nodes("pve").tasks(task).status.get()["exitstatus"] == "OK"
    assert later.lab.asked == ["start web-1"]


def test_a_vm_keeps_its_machine(cluster: Any, killed: Callable[[], Any]) -> None:
    cluster.started()
    later = killed()
    assert later.done(later.vm().status.stop.post()) == "OK"
    assert later.done(later.vm().delete()) == "OK"
    assert later.lab.known == {}


def test_a_machine_that_stopped_meanwhile_is_a_stopped_vm(cluster: Any, killed: Callable[[], Any]) -> None:
    cluster.started()
    cluster.lab.running.clear()
    assert killed().vm().status.current.get()["status"] == "stopped"


def test_a_clone_that_was_not_finished_is_gone_with_its_disks(cluster: Any, killed: Callable[[], Any]) -> None:
    before = cluster.api.nodes("pve").storage("local-lvm").content.get()
    set_fault(cluster, "slow", True)
    task = cluster.vm(9000).clone.post(newid=101, name="web-1")
    later = killed()
    assert [vm["vmid"] for vm in later.api.cluster.resources.get(type="vm")] == [9000]
    assert later.api.nodes("pve").storage("local-lvm").content.get() == before
    assert later.api.nodes("pve").tasks(task).status.get()["exitstatus"] == "unexpected status"


def test_faults_stay_on(cluster: Any, killed: Callable[[], Any]) -> None:
    cluster.clone()
    set_fault(cluster, "vm-locked", True)
    assert killed().vm().config.get()["lock"] == "backup"


def test_what_is_known_is_for_nobody_else(cluster: Any) -> None:
    cluster.clone().config.put(cipassword="a-password")
    file = cluster.folder / STATE
    assert file.stat().st_mode & 0o777 == 0o600
    assert "a-password" not in file.read_text(encoding="utf-8")
