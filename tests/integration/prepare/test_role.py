"""The role prepare on a real machine: from fresh to finished, again, and back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kombify.sim.login import ssh_command

if TYPE_CHECKING:
    from conftest import Site

FIXTURES = Path(__file__).parent / "fixtures"
FOREIGN_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMoleculeMoleculeMoleculeMoleculeMoleculeMol somebody else"
SERVE = "systemd-run --quiet --unit=web-{port} python3 -m http.server {port}"
FILES = "find /etc -type f | sort; systemctl list-unit-files --no-legend"
OURS = "find /etc -type f -name '*kombify*' | sort"
EFFECTS = {
    "readlink /etc/localtime; cat /etc/timezone": "/usr/share/zoneinfo/Europe/Berlin\nEurope/Berlin",
    "head -1 /etc/resolv.conf": "nameserver 192.0.2.53",
    "sshd -T | grep -E '^(permitrootlogin|passwordauthentication|maxauthtries)'": (
        "maxauthtries 3\npermitrootlogin without-password\npasswordauthentication no"
    ),
    "sysctl -n net.ipv4.conf.all.accept_redirects": "0",
    "grep max_user_watches /etc/sysctl.d/50-kombify.conf": "fs.inotify.max_user_watches = 524288",
    "getent hosts fresh.home.arpa": "10.77.0.12      fresh.home.arpa fresh",
    "readlink /etc/systemd/system/swap.target": "/dev/null",
    "systemctl is-enabled kombify-firewall prometheus-node-exporter docker systemd-timesyncd apt-daily-upgrade.timer": (
        "enabled\nenabled\nenabled\nenabled\nenabled"
    ),
    "docker info --format '{{.LoggingDriver}}' 2>/dev/null": "json-file",
    "nft list tables | sort": "table inet kombify\ntable ip filter\ntable ip nat",
    "systemctl is-system-running --wait": "running",
}


def key_of(site: Site) -> str:
    return (site.lab.folder / "id_ed25519.pub").read_text(encoding="ascii").strip()


def answers(site: Site, address: str, port: int) -> bool:
    """Tell whether somebody who does not belong to the stack can reach a port."""
    connect = f"import socket; socket.create_connection(('{address}', {port}), 1)"
    inside = ["nsenter", f"--net=/run/netns/kombify-{site.lab.name}", sys.executable, "-c", connect]
    return subprocess.run(inside, stderr=subprocess.DEVNULL).returncode == 0


def login(site: Site, name: str, user: str, command: str) -> str:
    words = [*ssh_command(site.lab, name, user), command]
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()


def test_a_fresh_machine_becomes_a_prepared_one_and_back(site: Site) -> None:
    inputs = {
        "kombify_domain": "home.arpa",
        "kombify_cluster": "main",
        "prepare_timezone": "Europe/Berlin",
        "prepare_dns": ["192.0.2.53"],
        "prepare_docker": True,
        "prepare_ports": ["8080/tcp", "5000-5010/udp"],
        "prepare_ssh_root": "keys",
        "prepare_ssh_options": {"MaxAuthTries": 3},
        "prepare_users": [{"name": "ada", "keys": [key_of(site)], "sudo": True}, {"name": "bob", "state": "absent"}],
    }
    role, undo = ((str(FIXTURES / name), "--limit", "fresh") for name in ("prepare.yml", "undo.yml"))
    site.look("fresh", "useradd --create-home bob")
    foreign, before = site.look("fresh", OURS), site.look("fresh", FILES)
    assert site.play(*role, "--check", "--diff", **inputs).went_well()
    assert site.look("fresh", FILES) == before

    first = site.play(*role, **inputs)
    assert first.went_well(), first.said
    assert "the kernel of the host decides fs.inotify.max_user_watches" in first.said
    assert {command: site.look("fresh", command) for command in EFFECTS} == EFFECTS
    assert login(site, "fresh", "ada", "sudo whoami") == "root"
    assert site.look("fresh", "grep -c ^bob: /etc/passwd") == "0"
    for port in (8080, 8081):
        site.look("fresh", SERVE.format(port=port))
        site.until("fresh", f"ss -ltn | grep -c :{port}", "1")
    ports = (22, 8080, 8081, 9100)
    assert [answers(site, "10.77.0.12", port) for port in ports] == [True, True, False, False]
    assert site.play(*role, **inputs).changed == {"fresh": 0}

    site.lab.reboot("fresh")
    site.lab.wait("fresh")
    assert {command: site.look("fresh", command) for command in EFFECTS} == EFFECTS

    assert site.play(*undo, **inputs).went_well()
    kept = [*foreign.splitlines(), "/etc/sudoers.d/50-kombify-ada"]
    assert site.look("fresh", OURS).splitlines() == sorted(kept)
    assert site.look("fresh", "sshd -T | grep -i ^maxauth; nft list tables | grep -c kombify") == "maxauthtries 6\n0"
    assert site.play(*undo, **inputs).changed == {"fresh": 0}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"prepare_users": [{"name": "kombify", "state": "absent"}]}, "would remove kombify, as whom we come"),
        ({"ansible_password": "secret"}, "ssh-copy-id"),
        ({"prepare_ssh_root": "never", "ansible_user": "root"}, "forbids root to log in, as whom we come"),
        ({"prepare_users": [{"name": "kombify", "keys": [FOREIGN_KEY]}]}, "Permission denied"),
        ({"prepare_ssh_options": {"Frobnicate": "yes"}}, "Bad configuration option: Frobnicate"),
    ],
    ids=["removes our user", "forbids our password", "forbids root", "takes our key", "no such setting"],
)
def test_a_mistake_is_said_and_the_machine_stays_open(site: Site, inputs: dict[str, Any], words: str) -> None:
    less = {"prepare_node_exporter": False, "prepare_upgrades": False, "prepare_confirm_within": 5}
    ran = site.play(str(FIXTURES / "prepare.yml"), "--limit", "mended", **less, **inputs)
    assert ran.failed == {"mended": True}
    assert words in ran.said
    assert login(site, "mended", "kombify", "sudo whoami") == "root"
    assert site.look("mended", "cat /home/kombify/.ssh/authorized_keys") == key_of(site)
