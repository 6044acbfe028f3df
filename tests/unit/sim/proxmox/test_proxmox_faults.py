"""What goes wrong when it shall, in the words of Proxmox, and is well again afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from proxmoxer import ResourceException

from kombify.sim.errors import SimError
from kombify.sim.hypervisors import list_faults, set_fault, switched_on
from kombify.sim.proxmox import server

REACHED = "Cannot create new thin volume, free space in thin pool pve/data reached threshold."


def test_a_full_storage_takes_no_linked_clone(cluster: Any) -> None:
    set_fault(cluster, "storage-full", True)
    end = cluster.done(cluster.vm(9000).clone.post(newid=101, name="web-1"))
    assert end == f"clone failed: clone image 'pve/base-9000-disk-0' error:   {REACHED}"
    assert [vm["vmid"] for vm in cluster.api.cluster.resources.get(type="vm")] == [9000]
    set_fault(cluster, "storage-full", False)
    cluster.clone()


def test_a_full_storage_takes_no_full_clone(cluster: Any) -> None:
    set_fault(cluster, "storage-full", True)
    end = cluster.done(cluster.vm(9000).clone.post(newid=101, name="web-1", full=1))
    assert end == f"clone failed: lvcreate 'pve/vm-101-disk-0' error:   {REACHED}"


def test_a_full_storage_takes_no_new_disk_and_lets_none_grow(cluster: Any) -> None:
    vm = cluster.clone()
    set_fault(cluster, "storage-full", True)
    with pytest.raises(ResourceException, match="reached threshold"):
        vm.config.put(scsi1="local-lvm:5")
    assert "Insufficient free space" in cluster.done(vm.resize.put(disk="scsi0", size="20G"))
    assert vm.config.get()["scsi0"] == "local-lvm:vm-101-disk-0,size=4G"
    assert cluster.api.nodes("pve").storage("local-lvm").status.get()["avail"] == 0


def test_without_quorum_nothing_changes_and_everything_can_be_read(cluster: Any) -> None:
    vm = cluster.clone()
    set_fault(cluster, "quorum-lost", True)
    for change in (
        lambda: vm.config.put(cores=2),
        vm.status.start.post,
        lambda: vm.resize.put(disk="scsi0", size="20G"),
        lambda: cluster.vm(9000).clone.post(newid=102, name="web-2"),
        vm.delete,
    ):
        with pytest.raises(ResourceException, match=r"cluster not ready - no quorum\?"):
            change()
    assert vm.config.get()["cores"] == 1
    assert [item["quorate"] for item in cluster.api.cluster.status.get() if item["type"] == "cluster"] == [0]
    set_fault(cluster, "quorum-lost", False)
    vm.config.put(cores=2)


def test_a_locked_vm_is_left_alone_and_the_others_are_not(cluster: Any) -> None:
    locked, free = cluster.clone(101, "web-1"), cluster.clone(102, "web-2")
    set_fault(cluster, "vm-locked", True, vm="101")
    with pytest.raises(ResourceException, match=r"VM is locked \(backup\)"):
        locked.config.put(cores=2)
    assert cluster.done(locked.status.start.post()) == "VM is locked (backup)"
    assert cluster.done(locked.delete()) == "VM is locked (backup)"
    free.config.put(cores=2)
    set_fault(cluster, "vm-locked", False)
    locked.config.put(cores=2)


def test_a_vm_that_is_made_while_every_vm_is_locked_is_locked_too(cluster: Any) -> None:
    set_fault(cluster, "vm-locked", True)
    assert cluster.done(cluster.vm(9000).clone.post(newid=101, name="web-1")) == "OK"
    with pytest.raises(ResourceException, match=r"VM is locked \(backup\)"):
        cluster.vm().config.put(cores=2)


@pytest.mark.parametrize("struck", [{"vm": "101"}, {"vm": "web-1"}, {"node": "pve"}, {"node": "web-1"}, {}])
def test_a_vm_that_does_not_boot_runs_without_a_machine(cluster: Any, struck: dict[str, str]) -> None:
    set_fault(cluster, "no-boot", True, **struck)
    vm = cluster.started()
    assert vm.status.current.get()["status"] == "running"
    assert cluster.lab.running == set()
    with pytest.raises(ResourceException, match="QEMU guest agent is not running"):
        vm.agent.ping.post()


def test_a_vm_that_hangs_can_only_be_stopped_by_force_and_boots_when_the_fault_is_gone(cluster: Any) -> None:
    set_fault(cluster, "no-boot", True, vm="101")
    vm = cluster.started()
    set_fault(cluster, "no-boot", False)
    assert cluster.done(vm.status.shutdown.post()) == "VM quit/powerdown failed - got timeout"
    assert cluster.done(vm.status.shutdown.post(forceStop=1)) == "OK"
    assert cluster.done(vm.status.start.post()) == "OK"
    assert cluster.lab.running == {"web-1"}


def test_a_vm_that_hangs_is_well_when_its_machine_is_started_in_the_lab(cluster: Any) -> None:
    cluster.started()
    set_fault(cluster, "no-boot", True)
    assert cluster.done(cluster.vm().status.reset.post()) == "OK"
    cluster.pve.guests.forget_look()
    cluster.lab.start("web-1")
    cluster.vm().agent.ping.post()


def test_a_slow_cluster_answers_at_once_and_works_later(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SLOW", 0.2)
    set_fault(cluster, "slow", True)
    task = cluster.vm(9000).clone.post(newid=101, name="web-1")
    assert cluster.api.nodes("pve").tasks(task).status.get()["status"] == "running"
    assert cluster.vm().config.get()["lock"] == "clone"
    assert cluster.done(task) == "OK"


def test_every_fault_is_known_by_what_it_does(cluster: Any) -> None:
    assert set(list_faults()) == {"storage-full", "quorum-lost", "vm-locked", "slow", "no-boot"}
    assert switched_on(cluster) == ()


def test_a_fault_ends_for_one_vm_and_stays_for_the_other(cluster: Any) -> None:
    for vm in ("101", "102"):
        set_fault(cluster, "no-boot", True, vm=vm)
    set_fault(cluster, "no-boot", False, vm="101")
    assert [fault.vm for fault in switched_on(cluster)] == ["102"]


def test_an_unknown_fault_is_refused_with_the_known_ones(cluster: Any) -> None:
    with pytest.raises(SimError, match=r"There is no fault fire\. Known: storage-full, quorum-lost"):
        set_fault(cluster, "fire", True)


def test_a_fault_of_the_whole_cluster_takes_no_vm(cluster: Any) -> None:
    with pytest.raises(SimError, match="quorum-lost strikes everything"):
        set_fault(cluster, "quorum-lost", True, vm="101")
