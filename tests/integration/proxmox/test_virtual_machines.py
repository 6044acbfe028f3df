"""From the plan to machines that one can log in to, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Stage

RUNNING = {"db": "running", "web-1": "running", "web-2": "running"}


def test_machines_are_made_on_their_hypervisors_and_a_second_run_changes_nothing(stage: Stage) -> None:
    promised = stage.run("--check", "--diff")
    assert promised.went_well(), promised.said
    assert (promised.changed["pve-1"], promised.changed["pve-2"]) == (1, 1)
    assert stage.vms() == {}
    done = stage.run()
    assert done.went_well(), done.said
    assert stage.vms() == RUNNING
    assert {name: stage.site.look(name, "hostname") for name in RUNNING} == {name: name for name in RUNNING}
    assert stage.ask("nodes/pve-2/qemu/120/config")["description"].strip() == "kombify.stack: home/db"
    for again in (stage.run("--check", "--diff"), stage.run()):
        assert again.went_well(), again.said
        assert set(again.changed.values()) == {0}
        assert "+++" not in again.said


def test_changed_sizes_are_applied_and_what_needs_a_restart_waits_for_one(stage: Stage) -> None:
    assert stage.run("--limit", "pve-2,db").went_well()
    boot = stage.site.look("db", "cat /proc/sys/kernel/random/boot_id")
    stage.rewrite("vmid: 120, cpu: 1, memory: 512MiB, disk: 8GiB", "vmid: 120, cpu: 2, memory: 768MiB, disk: 12GiB")
    done = stage.run("--limit", "pve-2,db")
    assert done.went_well(), done.said
    assert "db: cores, memory will be real after its next start" in done.said
    assert stage.site.look("db", "cat /proc/sys/kernel/random/boot_id") == boot
    assert "size=12G" in stage.ask("nodes/pve-2/qemu/120/config")["scsi0"]
    assert stage.run("--limit", "pve-2,db").changed["pve-2"] == 0
    assert stage.run("--limit", "pve-2,db", proxmox_restart=True).changed["pve-2"] == 1
    assert stage.site.look("db", "cat /proc/sys/kernel/random/boot_id") != boot
    stage.rewrite("disk: 12GiB", "disk: 9GiB")
    refused = stage.run("--limit", "pve-2,db")
    assert "db: scsi0 has 12G, the plan says 9 GiB, and disks never shrink" in refused.said


def test_a_machine_that_left_the_plan_is_listed_then_retired_then_destroyed(stage: Stage) -> None:
    assert stage.run("--limit", "pve-2,db").went_well()
    stage.rewrite("  db: {runs_on", "  cache: {state: maintenance, runs_on")
    stage.rewrite("vmid: 120", "vmid: 121")
    stage.rewrite("10.77.0.20", "10.77.0.21")
    listed = stage.run("--limit", "pve-2")
    assert "db (120) is not in the plan any more and still runs. Nothing was done to it" in listed.said
    assert stage.vms() == {"cache": "running", "db": "running"}
    assert stage.run("--limit", "pve-2", proxmox_prune=True).went_well()
    assert stage.vms() == {"cache": "running", "db": "stopped"}
    assert "kombify-retired" in stage.ask("nodes/pve-2/qemu/120/config")["tags"]
    assert stage.run("--limit", "pve-2", proxmox_prune=True, proxmox_destroy_data=True).went_well()
    assert stage.vms() == {"cache": "running"}


def test_undo_retires_all_machines_and_with_their_data_destroys_them(stage: Stage) -> None:
    assert stage.run().went_well()
    undo = ("--tags", "proxmox,always")
    done = stage.site.play("kombify.stack.destroy", *undo, kombify_destroy="home")
    assert done.went_well(), done.said
    assert set(stage.vms().values()) == {"stopped"}
    assert stage.site.play("kombify.stack.destroy", *undo, kombify_destroy="home").changed["pve-1"] == 0
    stage.site.play("kombify.stack.destroy", *undo, kombify_destroy="home", proxmox_destroy_data=True)
    assert stage.vms() == {}
