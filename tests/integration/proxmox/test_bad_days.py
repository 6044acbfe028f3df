"""What goes wrong with a Proxmox is said in one message, and when it is mended the next run converges."""

from __future__ import annotations

import random
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Stage

RUNNING = {"db": "running", "web-1": "running", "web-2": "running"}
MOMENTS = 3
LONGEST = 9.0
"""Seconds after which the stage may be killed at the latest; it takes about as long."""


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        (
            {"proxmox_token": "file:wrong.token"},
            "refused the token root@pam!kombify: unknown, expired, or its secret is an",
        ),
        ({"proxmox_token": "file:junk.token"}, "must look like USER@REALM!NAME=UUID"),
        ({"proxmox_ca": ""}, "is not trusted"),
        ({"proxmox_api": "https://127.0.0.1:1"}, "cannot be reached: Connection refused"),
        ({"proxmox_node": "pve"}, "This Proxmox has no node pve; it has: pve-1, pve-2."),
        ({"proxmox_storage": "tank"}, "has no storage tank; those for disks of VMs are: local-lvm"),
    ],
    ids=["wrong token", "no token", "certificate", "unreachable", "node", "storage"],
)
def test_a_proxmox_that_cannot_be_used_is_one_clear_message(variables: dict[str, Any], says: str, stage: Stage) -> None:
    folder = stage.site.inventory.parent
    (folder / "wrong.token").write_text("root@pam!kombify=00000000-0000-4000-8000-000000000000", encoding="utf-8")
    (folder / "junk.token").write_text("a secret of something else", encoding="utf-8")
    ended = stage.run("--limit", "pve-1", **{key: value or None for key, value in variables.items()})
    assert says in ended.said
    assert not any(word in ended.said for word in ("Traceback", "00000000-0000", "a secret of something else"))
    assert stage.vms() == {}


def test_an_own_certificate_holds_whatever_the_environment_says(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "empty.pem"))
    done = stage.run("--check")
    assert done.went_well(), done.said


def test_a_full_storage_leaves_nothing_half_made(stage: Stage) -> None:
    stage.fault("storage-full")
    ended = stage.run()
    assert "web-1 (101): could not clone template" in ended.said
    assert "The storage is full" in ended.said
    assert stage.vms() == {}
    stage.fault("storage-full", on=False)
    assert stage.run().went_well()
    assert stage.vms() == RUNNING


def test_without_quorum_nothing_is_begun(stage: Stage) -> None:
    stage.fault("quorum-lost")
    assert "lost its quorum, so nothing can be changed" in stage.run().said
    assert stage.vms() == {}


def test_a_locked_machine_is_said_and_the_others_are_left_alone(stage: Stage) -> None:
    assert stage.run().went_well()
    stage.rewrite("vmid: 120, cpu: 1", "vmid: 120, cpu: 2")
    stage.fault("vm-locked", vm="120")
    ended = stage.run()
    assert "VM db (120) on pve-2 is locked (backup)" in ended.said
    assert "db is left alone: see what went wrong on its hypervisor, pve-2" in ended.said
    assert ended.failed == {"pve-1": False, "pve-2": True, "web-1": False, "web-2": False, "db": True}


def test_a_number_that_somebody_else_has_is_left_alone(stage: Stage) -> None:
    stage.api.call("post", "nodes/pve-1/qemu", vmid=101, name="mail", memory=512)
    ended = stage.run("--limit", "pve-1")
    assert "VMID 101 is taken by VM mail (101) on pve-1, which kombify.stack did not make" in ended.said
    assert stage.vms() == {"mail": "stopped"}
    stage.api.call("delete", "nodes/pve-1/qemu/101")


def test_after_kill_9_at_any_moment_the_next_run_converges(stage: Stage) -> None:
    moments = random.Random(7)
    for _round in range(MOMENTS):
        process = stage.site.start("kombify.stack.proxmox", common_reach_timeout=60)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moments.uniform(1, LONGEST))
        with suppress(ProcessLookupError):
            stage.site.kill(process)
        done = stage.run()
        assert done.went_well(), done.said
        assert stage.vms() == RUNNING
        stage.reset()
        assert stage.vms() == {}
