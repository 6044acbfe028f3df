"""A VM from its clone to its end, and the machine of the lab that it is meanwhile."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from proxmoxer import ResourceException

from kombify.sim.machine import Machine

KEYS = "ssh-ed25519 AAAA one@example\nssh-ed25519 BBBB two@example\n"


def status(vm: Any) -> str:
    return str(vm.status.current.get()["status"])


def test_a_started_vm_is_a_machine_as_its_cloud_init_says(cluster: Any) -> None:
    vm = cluster.clone()
    vm.config.put(memory=1024, ciuser="kombify", sshkeys=quote(KEYS, safe=""))
    assert cluster.lab.known == {}
    assert cluster.done(vm.status.start.post()) == "OK"
    assert cluster.lab.known["web-1"] == Machine(
        name="web-1",
        address="10.77.0.11/24",
        memory=1024 * 2**20,
        user="kombify",
        keys=("ssh-ed25519 AAAA one@example", "ssh-ed25519 BBBB two@example"),
    )
    assert status(vm) == "running"


def test_the_guest_agent_answers_with_the_address_of_the_machine(cluster: Any) -> None:
    found = cluster.started().agent("network-get-interfaces").get()["result"]
    addresses = [address["ip-address"] for card in found for address in card["ip-addresses"]]
    assert "10.77.0.11" in addresses


def test_the_guest_agent_of_a_stopped_vm_does_not_answer(cluster: Any) -> None:
    with pytest.raises(ResourceException, match="QEMU guest agent is not running"):
        cluster.clone().agent("network-get-interfaces").get()


def test_shutting_down_lets_the_machine_end_in_order(cluster: Any) -> None:
    vm = cluster.started()
    assert cluster.done(vm.status.shutdown.post()) == "OK"
    assert cluster.lab.asked[-1] == "stop web-1"
    assert status(vm) == "stopped"


def test_stopping_pulls_the_plug(cluster: Any) -> None:
    vm = cluster.started()
    assert cluster.done(vm.status.stop.post()) == "OK"
    assert cluster.lab.asked[-1] == "pull web-1"


def test_a_reset_pulls_the_plug_and_boots(cluster: Any) -> None:
    vm = cluster.started()
    assert cluster.done(vm.status.reset.post()) == "OK"
    assert cluster.lab.asked[-2:] == ["pull web-1", "start web-1"]
    assert status(vm) == "running"


def test_a_changed_size_reaches_the_machine_with_a_reboot(cluster: Any) -> None:
    vm = cluster.started()
    vm.config.put(memory=2048)
    assert cluster.lab.known["web-1"].memory == 512 * 2**20
    assert cluster.done(vm.status.reboot.post()) == "OK"
    assert cluster.lab.known["web-1"].memory == 2048 * 2**20
    assert cluster.lab.asked[-2:] == ["stop web-1", "start web-1"]


def test_a_machine_that_was_switched_off_from_inside_is_a_stopped_vm(cluster: Any) -> None:
    vm = cluster.started()
    cluster.pve.guests.forget_look()
    cluster.lab.running.clear()
    assert status(vm) == "stopped"


def test_a_machine_that_was_started_in_the_lab_is_a_running_vm(cluster: Any) -> None:
    vm = cluster.started()
    assert cluster.done(vm.status.stop.post()) == "OK"
    cluster.pve.guests.forget_look()
    cluster.lab.running.add("web-1")
    assert status(vm) == "running"


def test_a_vm_whose_machine_was_removed_in_the_lab_starts_as_a_new_one(cluster: Any) -> None:
    vm = cluster.started()
    cluster.lab.rm("web-1")
    cluster.pve.guests.forget_look()
    assert status(vm) == "stopped"
    assert cluster.done(vm.status.start.post()) == "OK"
    assert "web-1" in cluster.lab.running


def test_a_deleted_vm_leaves_neither_machine_nor_disk(cluster: Any) -> None:
    before = cluster.api.nodes("pve").storage("local-lvm").content.get()
    vm = cluster.started()
    assert cluster.done(vm.status.stop.post()) == "OK"
    assert cluster.done(vm.delete()) == "OK"
    assert cluster.lab.known == {}
    assert cluster.api.nodes("pve").storage("local-lvm").content.get() == before


def test_a_running_vm_is_not_deleted(cluster: Any) -> None:
    with pytest.raises(ResourceException, match="VM 101 is running - destroy failed"):
        cluster.started().delete()
    assert "web-1" in cluster.lab.running


def test_a_vm_whose_machine_cannot_be_made_stays_off_and_says_why(cluster: Any) -> None:
    vm = cluster.clone()
    cluster.lab.broken = "the address 10.77.0.11 belongs to another machine"
    end = cluster.done(vm.status.start.post())
    assert end == "start failed: the address 10.77.0.11 belongs to another machine"
    assert status(vm) == "stopped"


def test_a_vm_with_the_name_of_another_machine_gets_its_number_too(cluster: Any) -> None:
    cluster.lab.known["web-1"] = Machine("web-1", "10.77.0.200/24")
    cluster.started()
    assert set(cluster.lab.known) == {"web-1", "web-1-101"}


def test_vms_start_side_by_side(cluster: Any) -> None:
    vms = [cluster.clone(101 + number, f"web-{number}") for number in range(3)]
    tasks = [vm.status.start.post() for vm in vms]
    assert [cluster.done(task) for task in tasks] == ["OK"] * 3
    assert cluster.lab.running == {"web-0", "web-1", "web-2"}
