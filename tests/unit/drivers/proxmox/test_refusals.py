"""What must not happen is refused before anything is changed, and what fails later leaves nothing half-made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.manage import Report, manage
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes


@pytest.fixture
def run(proxmox: Any, wishes: Wishes, pace: Pace) -> Any:
    def go(*vms: Vm, **words: Any) -> Report:
        proxmox.calls.clear()
        return manage(proxmox, vms, replace(wishes, **words), {}, check=False, pace=pace)

    return go


@pytest.fixture
def refused(proxmox: Any, run: Any) -> Any:
    """Run, and return why nothing was done."""

    def go(*vms: Vm, **words: Any) -> str:
        with pytest.raises(ProxmoxError) as caught:
            run(*vms, **words)
        assert proxmox.changes == []
        return str(caught.value)

    return go


def put(proxmox: Any, vmid: int, node: str = "pve", kind: str = "qemu", **config: Any) -> Any:
    """Put a machine there that somebody else made."""
    template = proxmox.machines[9000]
    machine = proxmox.machines[vmid] = type(template)(node, {**template.config, "template": 0, **config}, kind=kind)
    return machine


def test_a_number_that_another_machine_has_is_refused(proxmox: Any, refused: Any, web: Vm) -> None:
    put(proxmox, 101, name="mail")
    put(proxmox, 102, name="dns")
    said = refused(web)
    assert "VMID 101 is taken by VM mail (101) on pve, which kombify.stack did not make" in said
    assert "vmid: 103" in said
    assert "writing 'kombify.stack: home/web-1' into its notes" in said


def test_a_number_that_a_container_has_is_refused(proxmox: Any, refused: Any, web: Vm) -> None:
    put(proxmox, 101, name="mail", kind="lxc")
    assert "VMID 101 is taken by container mail (101) on pve" in refused(web)


def test_a_machine_that_was_handed_over_is_taken(proxmox: Any, run: Any, web: Vm) -> None:
    put(proxmox, 101, name="mail", description="kombify.stack: home/web-1\n\nWas mail once.")
    run(web)
    assert proxmox.machines[101].config["name"] == "web-1"
    assert "Was mail once." in proxmox.machines[101].config["description"]


def test_copies_that_people_made_with_our_mark_are_no_reason_to_guess(
    proxmox: Any, run: Any, refused: Any, web: Vm
) -> None:
    run(web)
    put(proxmox, 200, name="copy", description="kombify.stack: home/web-1")
    assert run(web, prune=True).done == {}
    assert "web-1 could be each of these" in refused(replace(web, vmid=105))


def test_a_machine_of_another_proxmox_is_not_made_twice(refused: Any, web: Vm) -> None:
    assert "Pin it with runs_on: attic" in refused(web, elsewhere={"web-1": "attic"})


def test_a_machine_on_another_node_is_moved_only_when_that_was_said(
    proxmox: Any, run: Any, refused: Any, web: Vm
) -> None:
    proxmox.nodes["pve2"] = "online"
    put(proxmox, 9100, node="pve2", template=1)
    run(web, node="pve2")
    assert "runs on pve2, and the plan wants it on pve" in refused(web)
    assert run(web, migrate=True).done == {"web-1": ["move from pve2 to pve"]}
    assert proxmox.machines[101].node == "pve"


def test_a_missing_template_says_how_to_get_it(refused: Any, web: Vm) -> None:
    said = refused(replace(web, template="ubuntu-24"))
    assert "pve has no template ubuntu-24; it has: debian-13" in said
    assert "proxmox_template_images: {ubuntu-24: {url" in said


def test_a_template_on_another_node_will_do_when_its_disks_are_shared(
    proxmox: Any, run: Any, refused: Any, web: Vm
) -> None:
    proxmox.nodes["pve2"] = "online"
    assert "It is on pve, but its disks are not shared" in refused(web, node="pve2")
    proxmox.shared = True
    run(web, node="pve2")
    assert proxmox.machines[101].node == "pve2"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"node": "home"}, "This Proxmox has no node home; it has: pve"),
        ({"storage": "tank"}, "pve has no storage tank for disks of VMs; it has: local-lvm"),
        ({"storage": "local"}, "pve has no storage local for disks of VMs"),
        ({"ssh_keys": ()}, "no SSH key is known, so nobody could log in"),
    ],
    ids=["node", "storage", "content", "keys"],
)
def test_what_a_new_machine_needs_has_to_be_there(words: dict[str, Any], says: str, refused: Any, web: Vm) -> None:
    assert says in refused(web, **words)


def test_a_machine_without_template_is_refused(refused: Any, web: Vm) -> None:
    assert "web-1 has no template to be cloned from" in refused(replace(web, template=None))


def test_a_node_that_is_offline_is_refused(proxmox: Any, refused: Any, web: Vm) -> None:
    proxmox.nodes["pve"] = "offline"
    assert "The node pve is offline" in refused(web)


def test_without_quorum_changes_are_refused_and_looking_is_not(proxmox: Any, run: Any, refused: Any, web: Vm) -> None:
    run(web)
    proxmox.quorate = False
    assert run(web).done == {}
    assert "lost its quorum" in refused(replace(web, cores=8))


def test_a_locked_machine_is_refused_only_when_it_has_to_change(proxmox: Any, run: Any, refused: Any, web: Vm) -> None:
    run(web)
    proxmox.machines[101].config["lock"] = "backup"
    assert run(web).done == {}
    said = refused(replace(web, cores=8))
    assert "VM web-1 (101) on pve is locked (backup)" in said
    assert "qm unlock 101" in said


def test_all_problems_are_said_at_once(proxmox: Any, refused: Any, web: Vm) -> None:
    put(proxmox, 101, name="mail")
    said = refused(web, replace(web, name="web-2", vmid=102, template="none"))
    assert len(said.splitlines()) == 2


def test_a_full_storage_ends_one_machine_and_the_others_are_finished(proxmox: Any, run: Any, web: Vm) -> None:
    proxmox.failing_tasks["qmclone 102"] = "clone failed: No space left on device"
    report = run(web, replace(web, name="web-2", vmid=102))
    assert proxmox.machines[101].status == "running"
    assert 102 not in proxmox.machines
    assert report.as_dict()["ready"] == ["web-1"]
    assert len(report.errors) == 1
    assert "web-2 (102): could not clone template 9000" in report.errors[0]
    assert "The storage is full" in report.errors[0]


def test_a_clone_that_cannot_be_finished_is_removed(proxmox: Any, run: Any, web: Vm) -> None:
    proxmox.refusals["put .*/101/config"] = "Permission check failed (/vms/101, VM.Config.Memory)"
    report = run(web)
    assert 101 not in proxmox.machines
    assert "The token lacks VM.Config.Memory on /vms/101" in report.errors[0]
    assert "What this run had made of it was removed." in report.errors[0]


def test_a_clone_that_cannot_be_removed_is_finished_by_the_next_run(proxmox: Any, run: Any, web: Vm) -> None:
    proxmox.refusals[r"(put|delete) .*/101"] = "cluster not ready - no quorum?"
    assert "could not be removed; the next run goes on from there" in run(web).errors[0]
    proxmox.refusals.clear()
    run(web)
    assert proxmox.machines[101].status == "running"


def test_a_machine_that_does_not_start_is_kept(proxmox: Any, run: Any, web: Vm) -> None:
    proxmox.failing_tasks["qmstart 101"] = "KVM virtualisation configured, but not available."
    assert "Switch on virtualization (VT-x or AMD-V)" in run(web).errors[0]
    assert proxmox.machines[101].status == "stopped"
    proxmox.failing_tasks.clear()
    assert run(web).done == {"web-1": ["start"]}


def test_a_task_that_does_not_end_is_said_and_left_alone(proxmox: Any, wishes: Wishes, web: Vm) -> None:
    clock = iter(range(0, 10**6, 100))
    slow = Pace(task_seconds=50, now=lambda: next(clock), sleep=lambda _seconds: None)
    report = manage(proxmox, [web], wishes, {}, check=False, pace=slow)
    assert "still goes on in Proxmox (task UPID:pve:" in report.errors[0]
