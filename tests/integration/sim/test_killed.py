"""Kill -9 of any of our processes, at any moment: what was there works again, and a lab leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kombify.sim.lab import Lab, create_lab, open_lab
from kombify.sim.locks import PidFile
from kombify.sim.machine import Machine

On = Callable[..., str]
Left = Callable[[Lab], list[str]]
KOMBIFY = Path(sys.executable).with_name("kombify")
NODE = Machine("n1", "10.77.0.11/24")
PATIENCE = 60.0


def wait_for(test: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end, what
        time.sleep(0.005)


def kill_holder(path: Path) -> None:
    """Kill the process that holds a file, and wait until it is gone."""
    pid = PidFile(path).holder()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: PidFile(path).holder() is None, "it does not end")


def killed_at(place: Path, *words: str) -> None:
    """Run the command and kill it as soon as a file is there, which it makes on its way."""
    with subprocess.Popen([KOMBIFY, "sim", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: place.exists() or process.poll() is not None, f"{place} did not appear")
        process.kill()


def test_a_machine_ends_with_its_supervisor_and_starts_again(lab: Lab, on: On) -> None:
    lab.add(NODE)
    on("n1", "touch /root/kept; sync")
    kill_holder(lab.folder / "nodes/n1/supervisor.pid")
    assert lab.state("n1") == "stopped"
    lab.start("n1")
    assert on("n1", "ls /root") == "kept"


def test_a_killed_package_proxy_comes_back(lab: Lab, on: On) -> None:
    lab.add(NODE)
    kill_holder(lab.folder / "egress.pid")
    lab.up()
    assert on("n1", "getent ahostsv4 n1 | head -1 | cut -d' ' -f1") == "10.77.0.11"


@pytest.mark.parametrize(
    "place", ["machine.json", "console.log", "work", "ssh_host_key.pub", "boot_id", "supervisor.pid"]
)
def test_a_killed_add_is_done_again(lab: Lab, on: On, place: str) -> None:
    killed_at(lab.folder / "nodes/n1" / place, "add", lab.name, "n1", "10.77.0.11/24")
    lab.add(NODE)
    assert on("n1", "hostname") == "n1"


@pytest.mark.parametrize("place", ["console.log", "work", "boot_id"])
def test_nothing_is_left_of_a_killed_add(lab: Lab, place: str, left_of: Left) -> None:
    killed_at(lab.folder / "nodes/n1" / place, "add", lab.name, "n1", "10.77.0.11/24")
    lab.down()
    assert left_of(lab) == []


UP = ["lab.json", "id_ed25519", "egress.log", "egress.pid"]


@pytest.mark.parametrize("place", UP)
def test_a_killed_up_is_done_again(new_lab: Callable[[], Lab], place: str) -> None:
    lab = new_lab()
    killed_at(lab.folder / place, "up", lab.name)
    create_lab(lab.name).up()
    lab.add(NODE)
    assert lab.wait("n1", PATIENCE) >= 0


@pytest.mark.parametrize("place", UP)
def test_nothing_is_left_of_a_killed_up(new_lab: Callable[[], Lab], place: str, left_of: Left) -> None:
    lab = new_lab()
    killed_at(lab.folder / place, "up", lab.name)
    open_lab(lab.name).down()
    assert left_of(lab) == []


def test_a_killed_down_is_done_again(lab: Lab, left_of: Left) -> None:
    lab.add(NODE)
    with subprocess.Popen([KOMBIFY, "sim", "down", lab.name], stdout=subprocess.DEVNULL) as process:
        wait_for(lambda: lab.state("n1") == "stopped", "down does nothing")
        process.kill()
    if lab.folder.exists():
        open_lab(lab.name).down()
    assert left_of(lab) == []


def test_everything_killed_at_once_leaves_nothing_after_down(lab: Lab, left_of: Left) -> None:
    lab.add(NODE)
    lab.add(Machine("n2", "10.77.0.12/24"))
    for path in (lab.folder / "egress.pid", *lab.folder.glob("nodes/*/supervisor.pid")):
        kill_holder(path)
    lab.down()
    assert left_of(lab) == []
