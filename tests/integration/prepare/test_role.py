"""The role prepare on a real machine: from fresh to finished, again, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Node

FOREIGN_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMoleculeMoleculeMoleculeMoleculeMoleculeMol somebody else"
SERVE = "systemd-run --quiet --unit=web-{port} python3 -m http.server {port}"
OURS = "find /etc -type f -name '*kombify*' | sort"
EFFECTS = {
    "readlink /etc/localtime; cat /etc/timezone": "/usr/share/zoneinfo/Europe/Berlin\nEurope/Berlin",
    "cat /etc/resolv.conf | head -1": "nameserver 192.0.2.53",
    "sshd -T | grep -E '^(permitrootlogin|passwordauthentication|maxauthtries)'": (
        "maxauthtries 3\npermitrootlogin without-password\npasswordauthentication no"
    ),
    "sysctl -n net.ipv4.conf.all.accept_redirects": "0",
    "grep max_user_watches /etc/sysctl.d/50-kombify.conf": "fs.inotify.max_user_watches = 524288",
    "getent hosts n1.home.arpa": "10.77.0.11      n1.home.arpa n1",
    "readlink /etc/systemd/system/swap.target": "/dev/null",
    "systemctl is-enabled kombify-firewall prometheus-node-exporter docker systemd-timesyncd apt-daily-upgrade.timer": (
        "enabled\nenabled\nenabled\nenabled\nenabled"
    ),
    "docker info --format '{{.LoggingDriver}} {{.ServerVersion}}' | cut -d' ' -f1": "json-file",
    "nft list tables | sort": "table inet kombify\ntable ip filter\ntable ip nat",
    "systemctl is-system-running --wait": "running",
}


def wanted(node: Node) -> dict[str, Any]:
    """Return inputs that use every part of the role."""
    return {
        "kombify_domain": "home.arpa",
        "kombify_cluster": "main",
        "prepare_timezone": "Europe/Berlin",
        "prepare_dns": ["192.0.2.53"],
        "prepare_docker": True,
        "prepare_ports": ["8080/tcp", "5000-5010/udp"],
        "prepare_ssh_root": "keys",
        "prepare_ssh_options": {"MaxAuthTries": 3},
        "prepare_users": [{"name": "ada", "keys": [node.key], "sudo": True}, {"name": "bob", "state": "absent"}],
    }


def test_a_fresh_machine_becomes_a_prepared_one_and_back(node: Node) -> None:
    inputs = wanted(node)
    node.sh("useradd --create-home bob")
    foreign = node.sh(OURS).splitlines()
    before = node.sh("find /etc -type f | sort; systemctl list-unit-files --no-legend")
    assert "failed=0" in node.play("prepare.yml", "--check", "--diff", **inputs)
    assert node.sh("find /etc -type f | sort; systemctl list-unit-files --no-legend") == before

    first = node.play("prepare.yml", **inputs)
    assert "failed=0" in first, first
    assert "the kernel of the host decides fs.inotify.max_user_watches" in first
    assert {command: node.sh(command) for command in EFFECTS} == EFFECTS
    assert node.sh("sudo whoami", user="ada") == "root"
    assert node.sh("grep -c ^bob: /etc/passwd || true") == "0"
    for port in (8080, 8081):
        node.sh(SERVE.format(port=port))
        node.until(f"ss -ltn | grep -c :{port}", "1")
    assert [node.answers(port) for port in (22, 8080, 8081, 9100)] == [True, True, False, False]

    for mode in ((), ("--check", "--diff")):
        assert "changed=0" in node.play("prepare.yml", *mode, **inputs)
    node.reboot()
    assert {command: node.sh(command) for command in EFFECTS} == EFFECTS

    assert "failed=0" in node.play("undo.yml", **inputs)
    assert node.sh(OURS).splitlines() == sorted([*foreign, "/etc/sudoers.d/50-kombify-ada"])
    assert node.sh("sshd -T | grep -i ^maxauth; nft list tables | grep -c kombify || true") == "maxauthtries 6\n0"
    assert "changed=0" in node.play("undo.yml", **inputs)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"prepare_users": [{"name": "kombify", "state": "absent"}]}, "would remove kombify, as whom we come"),
        ({"ansible_password": "secret"}, "ssh-copy-id"),
        ({"prepare_users": [{"name": "kombify", "keys": [FOREIGN_KEY]}]}, "Permission denied"),
        ({"prepare_ssh_options": {"Frobnicate": "yes"}}, "Bad configuration option: Frobnicate"),
        ({"prepare_packages": ["no-such-package"]}, "The machine's package sources do not have it."),
    ],
    ids=["removes our user", "forbids our password", "takes our key", "no such setting", "no such package"],
)
def test_a_mistake_is_said_and_the_machine_stays_open(node: Node, inputs: dict[str, Any], words: str) -> None:
    base = {"prepare_node_exporter": False, "prepare_upgrades": False, "prepare_confirm_within": 8}
    said = node.play("prepare.yml", **base, **inputs)
    assert words in said
    assert "failed=1" in said
    assert node.sh("sudo whoami", user="kombify") == "root"
    assert node.sh("cat /home/kombify/.ssh/authorized_keys") == node.key


def test_packages_that_cannot_be_reached_are_said_and_the_next_run_goes_on(node: Node) -> None:
    node.sh("mv /etc/apt/apt.conf.d/01kombify-sim /root")
    said = node.play("prepare.yml")
    assert "cannot be installed. The package sources cannot be reached from the machine." in said
    assert "failed=1" in said
    node.sh("mv /root/01kombify-sim /etc/apt/apt.conf.d")
    assert "failed=0" in node.play("prepare.yml")
