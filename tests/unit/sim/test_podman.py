"""The driver podman: which commands it runs, and what it does when one fails."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from kombify.sim.errors import SimError
from kombify.sim.machine import Machine
from kombify.sim.order import write_order
from kombify.sim.podman.driver import PodmanDriver
from kombify.sim.programs import Ended, run

WEB = Machine("web", "192.168.100.11/24", memory=2**29, keys=("ssh-ed25519 AAAA user",))
DB = Machine("db", "80.90.178.207/32", user="kombify")
NO = Ended(1, err="no such thing")


@pytest.fixture
def driver(programs, tmp_path: Path) -> PodmanDriver:
    (tmp_path / "id_ed25519.pub").write_text("ssh-ed25519 BBBB lab\n", encoding="ascii")
    programs.answers["podman exec --interactive"] = Ended(0, "ssh-ed25519 HOSTKEY\n")
    programs.answers["podman container inspect"] = Ended(0, "true\n")
    return PodmanDriver("lab", tmp_path, programs=programs, make_image=lambda: Path("/images/abc123"))


def order(driver: PodmanDriver, *machines: Machine) -> None:
    """Make machines as a lab does: the order is written first."""
    for machine in machines:
        folder = driver.folder / "nodes" / machine.name
        folder.mkdir(parents=True)
        write_order(folder, machine)
        driver.add(machine)


def test_the_image_is_imported_and_the_network_made_once(driver, programs) -> None:
    programs.answers["podman image exists"] = programs.answers["podman network exists"] = NO
    driver.up()
    (imported,) = programs.ran("sh -ec tar ")
    assert "-C /images/abc123 -c . | podman import" in imported
    label = "--label kombify.lab=kombify-lab"
    assert programs.ran("podman network create") == [f"podman network create {label} kombify-lab"]
    programs.commands.clear()
    programs.answers.update({"podman image exists": Ended(0), "podman network exists": Ended(0)})
    driver.up()
    assert not programs.ran("sh") + programs.ran("podman network create")


def test_a_machine_is_a_container_of_the_lab_with_systemd(driver, programs) -> None:
    order(driver, WEB)
    (command,) = programs.ran("podman run")
    assert "--name kombify-lab-web --hostname web --network kombify-lab --label kombify.lab=kombify-lab" in command
    assert "--systemd always" in command
    assert command.endswith(" localhost/kombify-sim:abc123")


@pytest.mark.parametrize(("controllers", "limited"), [("[cpu memory pids]", True), ("[hugetlb]", False)])
def test_memory_is_limited_where_that_can_be_done(controllers: str, limited: bool, driver, programs) -> None:
    programs.answers["podman info"] = Ended(0, controllers)
    order(driver, WEB)
    assert ("--memory 536870912" in programs.ran("podman run")[0]) == limited


def test_the_host_key_is_known_before_anybody_logs_in(driver) -> None:
    order(driver, WEB, DB)
    driver.rm("web")
    driver.add(WEB)
    known = (driver.folder / "known_hosts").read_text(encoding="utf-8")
    assert sorted(known.splitlines()) == [
        "192.168.100.11 ssh-ed25519 HOSTKEY",
        "80.90.178.207 ssh-ed25519 HOSTKEY",
    ]


def test_every_machine_learns_the_addresses_of_all(driver, programs) -> None:
    order(driver, WEB, DB)
    told = [text for text in programs.texts if "kombify-peers" in text and "useradd" not in text]
    assert len(told) == 3
    assert all("80.90.178.207\n192.168.100.11\n" in text for text in told[1:])


def test_the_seed_of_a_machine_is_a_script_that_a_shell_understands(driver, programs) -> None:
    order(driver, WEB, Machine("odd", "10.0.0.1/24", user="o'neill", keys=("ssh-ed25519 AAAA it's mine",)))
    for text in programs.texts:
        assert run(["sh", "-n"], text).ok
    assert "AAAA user" in programs.texts[0]


def test_ssh_goes_through_podman_and_checks_the_host_key(driver) -> None:
    words = shlex.split(driver.connection_vars("web")["ansible_ssh_common_args"])
    assert "ProxyCommand=podman exec --interactive kombify-lab-web /usr/sbin/sshd -i" in words
    assert "StrictHostKeyChecking=yes" in words


def test_open_connections_are_not_shared_with_another_lab(programs, tmp_path: Path) -> None:
    labs = [PodmanDriver(name, tmp_path / name, programs=programs) for name in ("one", "two")]
    assert len({lab.connection_vars("web")["ansible_control_path_dir"] for lab in labs}) == 2


def test_power_is_podmans(driver, programs) -> None:
    driver.start("web")
    driver.stop("web")
    driver.stop("web", force=True)
    driver.reboot("web")
    driver.rm("web")
    assert programs.commands == [
        "podman start kombify-lab-web",
        "podman stop --time 15 kombify-lab-web",
        "podman kill kombify-lab-web",
        "podman restart --time 15 kombify-lab-web",
        "podman rm --force --ignore --time 0 --volumes kombify-lab-web",
    ]


def test_everything_of_a_lab_goes_also_when_it_was_half_made(driver, programs) -> None:
    programs.answers["podman ps"] = Ended(0, "abc\ndef\n")
    driver.down()
    assert programs.ran("podman rm") == ["podman rm --force --time 0 --volumes abc def"]
    assert programs.ran("podman network rm") == ["podman network rm --force kombify-lab"]
    programs.answers.update({"podman ps": Ended(0), "podman network exists": NO})
    programs.commands.clear()
    driver.down()
    assert not programs.ran("podman rm") + programs.ran("podman network rm")


def test_what_podman_says_is_passed_on(driver, programs) -> None:
    programs.answers["podman run"] = Ended(126, err="Error: crun: cgroups in hybrid mode not supported\n")
    with pytest.raises(SimError, match="podman run --detach … failed: Error: crun: cgroups in hybrid mode"):
        order(driver, WEB)


def test_a_machine_without_ssh_in_time_is_said(driver, programs) -> None:
    assert driver.wait("web", 60) < 60
    programs.answers["podman exec kombify-lab-web systemctl is-active"] = NO
    with pytest.raises(SimError, match="web: no SSH server after 0 s: podman logs kombify-lab-web"):
        driver.wait("web", 0)


def test_a_podman_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert run(["no-such-podman", "ps"]) == Ended(127, err="no-such-podman: No such file or directory")
