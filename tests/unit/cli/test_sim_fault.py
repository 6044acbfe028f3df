"""`kombify sim fault`: faults of a lab's simulated Proxmox are listed and switched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kombify.sim.lab import Lab, create_lab

Run = Callable[..., Any]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "labs"))
    return create_lab("try", "api-only")


def on(run: Run, lab: Lab) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = json.loads(run("sim", "fault", lab.name, "--format", "json").out)["on"]
    return found


def test_all_faults_are_listed_with_what_they_do(run: Run, lab: Lab) -> None:
    shown = run("sim", "fault", lab.name)
    assert shown.code == 0
    assert [line.split()[:2] for line in shown.out.splitlines()[1:]] == [
        ["storage-full", "off"],
        ["quorum-lost", "off"],
        ["vm-locked", "off"],
        ["slow", "off"],
        ["no-boot", "off"],
    ]


def test_a_fault_is_switched_on_and_off(run: Run, lab: Lab) -> None:
    assert run("sim", "fault", lab.name, "storage-full", "on").code == 0
    assert on(run, lab) == [{"name": "storage-full", "vm": None, "node": None}]
    assert run("sim", "fault", lab.name, "storage-full", "off").code == 0
    assert on(run, lab) == []


def test_a_fault_of_one_vm_says_of_which(run: Run, lab: Lab) -> None:
    shown = run("sim", "fault", lab.name, "no-boot", "--vm", "101")
    assert "on (vm 101)" in shown.out
    assert on(run, lab) == [{"name": "no-boot", "vm": "101", "node": None}]


def test_an_unknown_fault_is_refused_with_the_known_ones(run: Run, lab: Lab) -> None:
    shown = run("sim", "fault", lab.name, "fire", "on")
    assert shown.code == 1
    assert "There is no fault fire. Known: storage-full" in shown.err


def test_an_unknown_lab_is_refused_with_the_known_ones(run: Run, lab: Lab) -> None:
    shown = run("sim", "fault", "nowhere")
    assert shown.code == 1
    assert lab.name in shown.err
