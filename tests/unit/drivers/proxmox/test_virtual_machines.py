"""Virtual machines become what the plan says: new ones, changed ones, ones that left; and a second run does nothing."""

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
    """Make VMs, or in check mode only say it; words change what the user allows."""

    def go(*vms: Vm, check: bool = False, **words: Any) -> Report:
        proxmox.calls.clear()
        return manage(proxmox, vms, replace(wishes, **words), {}, check=check, pace=pace)

    return go


def test_a_new_machine_is_cloned_configured_grown_and_started(proxmox: Any, run: Any, web: Vm) -> None:
    report = run(web)
    machine = proxmox.machines[101]
    assert report.errors == []
    assert machine.status == "running"
    assert {key: machine.config[key] for key in ("name", "cores", "memory", "tags", "ciuser", "ipconfig0")} == {
        "name": "web-1",
        "cores": 2,
        "memory": 1024,
        "tags": "home;kombify",
        "ciuser": "kombify",
        "ipconfig0": "ip=192.0.2.21/24,gw=192.0.2.1",
    }
    assert machine.config["description"] == "kombify.stack: home/web-1"
    assert machine.config["sshkeys"] == "ssh-ed25519%20AAAA%20me"
    assert machine.config["scsi0"].endswith("size=10G")
    assert machine.config["scsi1"] == "local-lvm:vm-101-disk-1,serial=data,size=20G"


def test_a_clone_keeps_the_address_of_its_own_network_card(proxmox: Any, run: Any, web: Vm) -> None:
    run(web, replace(web, name="web-2", vmid=102))
    cards = {proxmox.machines[vmid].config["net0"] for vmid in (101, 102, 9000)}
    assert len(cards) == 3


def test_a_second_run_changes_nothing(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    report = run(web)
    assert not report.as_dict()["changed"]
    assert proxmox.changes == []
    assert report.as_diff("pve") == run(web, check=True).as_diff("pve")
    assert report.as_diff("pve")["before"] == report.as_diff("pve")["after"]


def test_check_mode_says_what_a_run_does_and_does_nothing(proxmox: Any, run: Any, web: Vm) -> None:
    promised = run(web, check=True)
    assert proxmox.changes == []
    done = run(web)
    assert promised.done == done.done
    assert promised.as_diff("pve") == done.as_diff("pve")


def test_many_machines_are_worked_on_at_the_same_time(proxmox: Any, run: Any, web: Vm) -> None:
    run(*[replace(web, name=f"web-{number}", vmid=100 + number) for number in range(1, 4)])
    kinds = [change.rsplit("/", 1)[1] for change in proxmox.changes]
    assert kinds[:3] == ["clone"] * 3
    assert kinds[-3:] == ["start"] * 3


def test_a_larger_disk_is_grown_while_the_machine_runs(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    report = run(replace(web, disk_gib=30, disks_gib={"data": 40}))
    assert report.done == {"web-1": ["grow scsi0 to 30 GiB", "grow scsi1 to 40 GiB"]}
    assert "size=40G" in proxmox.machines[101].config["scsi1"]


def test_a_disk_never_shrinks_and_nothing_else_is_done_then(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    with pytest.raises(ProxmoxError, match=r"web-1: scsi0 has 10G, the plan says 5 GiB, and disks never shrink"):
        run(replace(web, disk_gib=5, cores=8))
    assert proxmox.changes == []


def test_a_change_that_needs_a_restart_waits_for_it_and_says_so(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    more = replace(web, memory_mib=4096)
    assert "memory will be real after its next start" in " ".join(run(more).difference.notes)
    again = run(more)
    assert not again.as_dict()["changed"]
    assert again.as_dict()["vms"]["web-1"]["waits_for_restart"] == ["memory"]
    assert run(more, restart=True).done == {"web-1": ["restart"]}
    assert proxmox.machines[101].config["memory"] == 4096
    assert run(more, restart=True).difference.notes == []


def test_what_people_added_stays(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    config = proxmox.machines[101].config
    config["description"] = "kombify.stack: home/web-1\n\nBought in 2024."
    config["tags"] = "home;kombify;loud"
    config["net0"] = "virtio=BC:24:11:00:00:09,bridge=vmbr0,firewall=1,rate=10"
    assert not run(web).as_dict()["changed"]
    run(replace(web, vlan=7))
    assert config["net0"] == "virtio=BC:24:11:00:00:09,bridge=vmbr0,firewall=1,rate=10,tag=7"


def test_a_stopped_machine_is_started_unless_the_plan_wants_it_stopped(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    proxmox.machines[101].status = "stopped"
    assert run(replace(web, state="maintenance")).done == {}
    assert run(web).done == {"web-1": ["start"]}
    assert run(replace(web, state="stopped")).done == {"web-1": ["shut down"]}
    assert run(replace(web, state="stopped")).done == {}


def test_a_machine_keeps_its_number_when_the_plan_gives_another(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    report = run(replace(web, vmid=102, memory_mib=2048))
    assert report.done == {"web-1": ["set memory"]}
    assert "web-1 keeps its VMID 101, and the plan says 102. Write vmid: 101" in report.difference.notes[0]
    assert sorted(proxmox.machines) == [101, 9000]


def test_a_new_machine_gets_a_free_number_when_another_of_ours_has_its_own(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    run(replace(web, name="app"), replace(web, vmid=102))
    assert {number: machine.config["name"] for number, machine in proxmox.machines.items()} == {
        101: "web-1",
        103: "app",
        9000: "debian-13",
    }


def test_an_overview_that_is_out_of_date_misleads_nobody(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    proxmox.overview[101] = "stopped"
    assert run(web).done == {}


def test_a_removed_machine_is_only_listed(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    report = run()
    assert proxmox.changes == []
    assert report.as_dict()["removed"] == [{"name": "web-1", "vmid": 101, "status": "running", "retired": False}]
    assert "web-1 (101) is not in the plan any more and still runs" in report.difference.notes[0]


@pytest.mark.parametrize("how", ["prune", "absent"])
def test_a_removed_machine_is_retired_with_its_disks_when_asked(how: str, proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    given: dict[str, Any] = {"prune": True} if how == "prune" else {}
    vms = [] if how == "prune" else [replace(web, state="absent")]
    run(*vms, **given)
    machine = proxmox.machines[101]
    assert (machine.status, machine.config["onboot"]) == ("stopped", 0)
    assert machine.config["tags"] == "home;kombify;kombify-retired"
    assert "scsi1" in machine.config
    assert run(*vms, **given).done == {}


def test_a_retired_machine_that_comes_back_into_the_plan_goes_on(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    run(prune=True)
    run(web)
    machine = proxmox.machines[101]
    assert (machine.status, machine.config["onboot"], machine.config["tags"]) == ("running", 1, "home;kombify")


def test_only_with_destroy_data_a_removed_machine_is_destroyed(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    run(destroy_data=True)
    assert 101 in proxmox.machines
    report = run(prune=True, destroy_data=True)
    assert 101 not in proxmox.machines
    assert report.done == {"web-1": ["shut down", "destroy with its disks"]}
    assert run(prune=True, destroy_data=True).done == {}


def test_machines_of_others_are_never_touched(proxmox: Any, run: Any, web: Vm) -> None:
    run(web, stack="other")
    assert run(prune=True, destroy_data=True).done == {}
    assert proxmox.machines[101].status == "running"


def test_a_machine_that_the_plan_has_elsewhere_is_not_removed_here(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    assert run(prune=True, destroy_data=True, planned=frozenset({"web-1"})).done == {}


def test_a_machine_without_keys_of_its_own_keeps_those_that_it_has(proxmox: Any, run: Any, web: Vm) -> None:
    run(web)
    keys = ("ssh-ed25519 BBBB colleague",)
    assert run(web, ssh_keys=keys).done == {}
    assert run(web, ssh_keys=keys, renew_keys=True).done == {"web-1": ["set sshkeys"]}


def test_a_template_without_cloud_init_drive_is_mended_in_the_clone(proxmox: Any, run: Any, web: Vm) -> None:
    del proxmox.machines[9000].config["ide2"]
    run(web)
    assert "cloudinit" in proxmox.machines[101].config["ide2"]
