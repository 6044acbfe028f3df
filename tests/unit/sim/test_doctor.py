"""The doctor: what he finds missing, what he says about it, and the commands with which he mends it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from kombify.sim import doctor
from kombify.sim.errors import SimError

APT = ("apt-get", "install", "--yes", "--no-install-recommends")
INOTIFY = {"/proc/sys/fs/inotify/max_user_instances": "128\n"}
UBUNTU = {"/etc/os-release": "ID=ubuntu\n"}


def names(checks: list[doctor.Check]) -> list[str]:
    return [check.name for check in checks]


def test_a_machine_that_has_everything_needs_nothing(host) -> None:
    checks = doctor.examine(host())
    assert [check.name for check in checks if not check.ok] == []
    assert doctor.commands(checks) == []


@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        ({"root": False}, ["root", "namespaces", "overlayfs"]),
        ({"working": frozenset()}, ["namespaces"]),
        ({"overlay": False}, ["overlayfs"]),
        ({"tools": frozenset({"ip", "nft", "ssh"})}, ["mmdebstrap"]),
        ({"tools": frozenset()}, ["mmdebstrap", "ip", "nft", "ssh"]),
        ({"files": frozenset({"/dev/net/tun"})}, ["packages"]),
        ({"texts": {}}, ["inotify", "packages"]),
        ({"space": 2**30}, ["disk"]),
        ({"python": (3, 10, 1)}, ["Python"]),
        ({"modules": frozenset()}, []),
        ({"files": frozenset({"/usr/share/keyrings/debian-archive-keyring.gpg"})}, []),
    ],
    ids=lambda value: "+".join(value) or "none",
)
def test_what_nodes_cannot_be_made_without_is_missing(lacking: dict[str, Any], missing: list[str], host) -> None:
    assert names(doctor.missing(doctor.examine(host(**lacking)))) == missing


@pytest.mark.parametrize(("nodes", "ok"), [(1, True), (16, True), (17, False), (40, False)])
def test_the_inotify_limit_of_a_fresh_machine_is_enough_for_few_nodes_only(nodes: int, ok: bool, host) -> None:
    texts = {**host().texts, **INOTIFY}
    found = {check.name: check for check in doctor.examine(host(texts=texts), nodes)}["inotify"]
    assert (found.ok, "128" in found.what) == (ok, True)


def test_the_limit_that_mends_it_is_enough_for_all_nodes(host) -> None:
    checks = doctor.examine(host(texts={**host().texts, **INOTIFY}), 500)
    assert doctor.commands(checks) == [("sysctl", "-w", "fs.inotify.max_user_instances=3032")]


def test_packages_are_installed_in_one_go_and_commands_run_once(host) -> None:
    checks = doctor.examine(host(tools=frozenset({"modprobe"}), files=frozenset(), modules=frozenset()))
    assert doctor.commands(checks) == [
        ("apt-get", "update"),
        (*APT, "mmdebstrap", "iproute2", "nftables", "openssh-client", "debian-archive-keyring"),
        ("modprobe", "tun"),
        (sys.executable, "-m", "pip", "install", "fakepve[crypto]==0.5.0"),
    ]


def test_the_image_is_verified_with_the_keys_of_the_own_system(host) -> None:
    checks = doctor.examine(host(texts={**host().texts, **UBUNTU}))
    assert doctor.commands(checks)[-1] == (*APT, "ubuntu-keyring")


def test_another_system_has_no_packages_to_make_an_image_of(host) -> None:
    checks = doctor.examine(host(texts={**host().texts, "/etc/os-release": 'ID="fedora"\n'}))
    assert [check.what for check in doctor.impossible(checks)] == [
        "the image is made of packages of Debian or Ubuntu, and this is 'fedora'"
    ]


@pytest.mark.parametrize(
    ("texts", "files", "ok"),
    [
        ({"/sys/fs/cgroup/cgroup.controllers": "cpu memory"}, frozenset(), True),
        ({}, frozenset({"/sys/fs/cgroup/memory"}), True),
        ({"/sys/fs/cgroup/cgroup.controllers": "cpu pids"}, frozenset(), False),
    ],
    ids=["second generation", "first generation", "switched off"],
)
def test_a_limit_of_memory_needs_its_controller(texts: Any, files: Any, ok: bool, host) -> None:
    found = {check.name: check for check in doctor.examine(host(texts=texts, files=files))}["memory limit"]
    assert (found.ok, found.needed) == (ok, False)


def test_overlayfs_that_is_not_loaded_can_be_loaded(host) -> None:
    checks = doctor.examine(host(overlay=False, tools=host().tools | {"modprobe"}, working={"unshare", "modprobe"}))
    assert doctor.commands(checks) == [("modprobe", "overlay")]
    assert doctor.impossible(checks) == []


def test_nothing_starts_on_a_machine_that_lacks_something(host) -> None:
    with pytest.raises(SimError) as caught:
        doctor.require(host(root=False, tools=frozenset()))
    told = str(caught.value)
    assert "root: namespaces and mounts are made by root; run it with sudo" in told
    assert f"  {' '.join(APT)} mmdebstrap iproute2 nftables openssh-client" in told
    doctor.require(host())


def test_mending_says_each_command_before_it_runs_and_goes_on_after_one_that_fails(tmp_path: Path) -> None:
    told: list[str] = []
    orders = [("sh", "-c", "echo no luck >&2; exit 3"), ("no-such-program", "--now"), ("touch", str(tmp_path / "done"))]
    doctor.fix(orders, told.append)
    assert [path.name for path in tmp_path.iterdir()] == ["done"]
    assert told == [
        "$ sh -c 'echo no luck >&2; exit 3'",
        "That failed, with exit code 3:\nno luck",
        "$ no-such-program --now",
        "That failed, with exit code 127:\nno-such-program: No such file or directory",
        f"$ touch {tmp_path}/done",
    ]
