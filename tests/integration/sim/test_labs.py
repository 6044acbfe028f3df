"""Labs: several side by side, kept on the disk, and unimpressed by doing things twice."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kombify.sim.errors import SimError
from kombify.sim.lab import Lab, create_lab, list_labs, open_lab
from kombify.sim.machine import Machine

On = Callable[..., str]
Kombify = Callable[..., subprocess.CompletedProcess[str]]
NODE = Machine("n1", "10.77.0.11/24")


def test_a_lab_that_lost_all_but_its_files_comes_back(lab: Lab, on: On) -> None:
    lab.add(NODE)
    on("n1", "touch /root/kept; sync")
    # As after a restart of this machine.
    lab.driver.down()
    assert lab.state("n1") == "stopped"
    with pytest.raises(SimError, match=f"kombify sim up {lab.name}"):
        lab.start("n1")
    lab.up()
    lab.start("n1")
    assert on("n1", "ls /root") == "kept"


def test_two_labs_may_use_the_same_names_and_addresses(new_lab: Callable[[], Lab]) -> None:
    labs = [new_lab(), new_lab()]
    for lab in labs:
        lab.up()
        lab.add(NODE)
    assert [lab.wait("n1", 60) >= 0 for lab in labs] == [True, True]
    labs[0].down()
    assert labs[1].state("n1") == "running"
    assert [lab.name for lab in list_labs()] == [labs[1].name]


def test_a_name_that_another_folder_has_a_lab_of_is_refused(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.add(NODE)
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "others"))
    other = create_lab(lab.name, "netns")
    for attempt in (other.up, other.down):
        with pytest.raises(SimError, match=f"its folder is {lab.folder}"):
            attempt()
    assert lab.state("n1") == "running"


def test_doing_it_twice_changes_nothing(lab: Lab, on: On) -> None:
    lab.add(NODE)
    before = on("n1", "cat /proc/sys/kernel/random/boot_id")
    create_lab(lab.name).up()
    lab.add(NODE)
    lab.start("n1")
    assert on("n1", "cat /proc/sys/kernel/random/boot_id") == before


def test_a_lab_is_the_same_for_whoever_opens_it(lab: Lab) -> None:
    lab.add(NODE)
    again = open_lab(lab.name)
    assert again.machines() == {"n1": NODE}
    assert again.state("n1") == "running"


def test_a_name_or_an_address_is_given_once(lab: Lab) -> None:
    lab.add(NODE)
    with pytest.raises(SimError, match="has another machine n1 already"):
        lab.add(Machine("n1", "10.77.0.12/24"))
    with pytest.raises(SimError, match=r"10\.77\.0\.11 is taken by n1"):
        lab.add(Machine("n2", "10.77.0.11/16"))
    lab.rm("n1")
    lab.add(Machine("n2", "10.77.0.11/16"))
    assert list(lab.machines()) == ["n2"]


def test_machines_are_made_at_the_same_time(lab: Lab) -> None:
    machines = [Machine(f"n{number}", f"10.77.0.{number}/24") for number in range(11, 15)]
    with ThreadPoolExecutor() as threads:
        list(threads.map(lab.add, machines))
    assert [lab.wait(machine.name, 60) >= 0 for machine in machines] == [True] * 4
    assert len((lab.folder / "known_hosts").read_text(encoding="ascii").splitlines()) == 4


def test_a_machine_that_cannot_be_made_leaves_its_name_free(lab: Lab) -> None:
    with pytest.raises(SimError, match="user daemon"):
        lab.add(Machine("n1", "10.77.0.11/24", user="daemon"))
    assert lab.machines() == {}
    lab.add(NODE)


def test_what_is_in_a_lab_is_for_root_only(lab: Lab) -> None:
    lab.add(NODE)
    assert stat.S_IMODE(lab.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((lab.folder / "nodes/n1").stat().st_mode) == 0o700
    files = [path for path in lab.folder.iterdir() if path.is_file() and not path.name.endswith(".pub")]
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in files} == {path.name: 0o600 for path in files}


def test_ansible_reaches_the_machine_of_the_right_lab(new_lab: Callable[[], Lab]) -> None:
    """Ansible keeps connections open by address, and both labs have a machine with the same one."""
    for name in ("one", "two"):
        lab = new_lab()
        lab.up()
        lab.add(Machine(name, "10.77.0.11/24", user="kombify"))
        lab.wait(name, 60)
        words = [str(Path(sys.executable).with_name("ansible")), "all", "-i", str(lab.inventory), "-b"]
        words += ["-m", "ansible.builtin.command", "-a", "sh -c 'hostname; whoami'"]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=lab.folder)
        assert ran.stdout.split()[-2:] == [name, "root"], ran.stdout + ran.stderr


def test_the_command_tells_what_there_is(lab: Lab, kombify: Kombify) -> None:
    assert kombify("add", lab.name, "n1", "--memory", "512MiB").returncode == 0
    assert kombify("ssh", lab.name, "n1", "--", "hostname").stdout == "n1\n"
    listed = kombify("ps", lab.name).stdout
    assert [line.split()[2:] for line in listed.splitlines()[1:]] == [
        ["n1", "10.77.0.11/24", "root", "512.0", "MiB", "running"]
    ]
    assert "sshd" in kombify("logs", lab.name, "n1").stdout
    assert kombify("stop", lab.name).returncode == 0
    assert "Stopped" in kombify("logs", lab.name, "n1").stdout
    assert kombify("down", lab.name).returncode == 0
    gone = kombify("ps", lab.name)
    assert gone.returncode == 1
    assert f"there is no lab {lab.name} (there are: none): kombify sim up {lab.name}" in gone.stderr
