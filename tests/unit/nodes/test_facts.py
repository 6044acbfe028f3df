"""What a machine tells of itself, read from its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.facts import (
    ansible_facts,
    dpkg_interrupted,
    has_kernel_module,
    has_package_lists,
    node_state,
)

DEBIAN = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'
UBUNTU = "NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\nVERSION_ID='24.04'\nVERSION_CODENAME=noble\n"
FEDORA = 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=42\n'
KERNEL = Path("lib/modules") / os.uname().release


def put(root: Path, path: str | Path, text: str = "") -> Path:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (DEBIAN, ("Debian", "13", "13", "trixie", "Debian", "apt")),
        (UBUNTU, ("Ubuntu", "24.04", "24", "noble", "Debian", "apt")),
        (FEDORA, ("Fedora Linux", "42", "42", "", "Fedora Linux", "unknown")),
        ("", ("", "", "", "", "", "unknown")),
    ],
    ids=["debian", "ubuntu", "another", "none"],
)
def test_a_system_is_known_by_the_names_that_ansible_gives_it(
    text: str, facts: tuple[str, ...], tmp_path: Path
) -> None:
    found = ansible_facts(put(tmp_path, "etc/os-release", text))
    names = ("distribution", "distribution_version", "distribution_major_version", "distribution_release", "os_family")
    assert tuple(found[name] for name in (*names, "pkg_mgr")) == facts


def test_memory_is_in_mebibytes(tmp_path: Path) -> None:
    found = ansible_facts(put(tmp_path, "proc/meminfo", "MemTotal:        2048000 kB\nSwapTotal:       1024 kB\n"))
    assert (found["memtotal_mb"], found["swaptotal_mb"]) == (2000, 1)


def test_packages_count_when_they_are_set_up() -> None:
    listed = "installed apt\nhalf-configured nginx\nconfig-files gone\ninstalled libc6\ninstalled libc6\n"
    state = node_state(lambda _command: (0, listed, ""), [], ["/"])
    assert (state["packages"], state["packages_unfinished"]) == (["apt", "libc6"], ["nginx"])
    assert state["room"]["/"]["free_mib"] > 0


def test_a_machine_without_dpkg_has_no_packages() -> None:
    assert node_state(lambda _command: (127, "", "no dpkg"), [], ["/"])["packages"] == []


def test_the_clock_is_compared_with_the_controllers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1000.0)
    assert node_state(lambda _command: (0, "", ""), [], ["/"], moment=1400.2)["clock_offset"] == -400
    assert node_state(lambda _command: (0, "", ""), [], ["/"])["clock_offset"] is None


@pytest.mark.parametrize(
    "path",
    ["sys/module/br_netfilter/x", KERNEL / "modules.dep", KERNEL / "modules.builtin"],
    ids=["in use", "ready", "built in"],
)
def test_a_kernel_module_is_found_wherever_it_is(path: str | Path, tmp_path: Path) -> None:
    assert not has_kernel_module("br_netfilter", tmp_path)
    put(tmp_path, path, "kernel/net/bridge/br-netfilter.ko.xz: kernel/net/bridge/bridge.ko.xz\n")
    assert has_kernel_module("br_netfilter", tmp_path)
    assert not has_kernel_module("bridge", tmp_path)


def test_dpkg_that_died_left_a_numbered_piece_of_its_journal(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/dpkg/updates/tmp.i")
    assert not dpkg_interrupted(tmp_path)
    assert dpkg_interrupted(put(tmp_path, "var/lib/dpkg/updates/0001"))


def test_a_fresh_image_has_no_lists_of_packages(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/apt/lists/lock")
    assert not has_package_lists(tmp_path)
    assert has_package_lists(put(tmp_path, "var/lib/apt/lists/example.org_dists_trixie_main_binary-amd64_Packages"))
