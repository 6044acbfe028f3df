"""A change that locks us out is taken back by the machine itself, whatever becomes of the controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Node

SETTINGS = "/etc/ssh/sshd_config.d/50-test.conf"
RULES = "/etc/test.nft"
CHAIN = """\
table inet test {
    chain input {
        type filter hook input priority filter; policy drop;
        %s
    }
}
"""
SERVICE = {
    "path": "/etc/systemd/system/test-firewall.service",
    "content": f"""\
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file {RULES}
ExecStop=/usr/sbin/nft delete table inet test
""",
}
LIVE = "systemctl list-timers --all --no-legend 'kombify-*'; ls /etc/systemd/system/sysinit.target.wants"


def ssh(settings: str) -> list[dict[str, Any]]:
    return [{"path": SETTINGS, "content": settings, "validate": "/usr/sbin/sshd -t -f %s", "reload": ["ssh.service"]}]


def firewall(rules: str) -> list[dict[str, Any]]:
    return [SERVICE, {"path": RULES, "content": CHAIN % rules, "reload": ["test-firewall.service"]}]


def start_lockout(node: Node, within: int) -> None:
    """Lock the playbook's user out, and kill the controller when that has happened."""
    controller = node.start("files.yml", wanted=ssh("AllowUsers root\n"), within=within)
    node.until("sshd -T | grep -i allowusers", "allowusers root")
    controller.kill()
    controller.communicate()


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ssh("AllowUsers root\n"), "Permission denied"),
        (firewall("ct state established accept"), "no new SSH connection was possible"),
        (firewall(""), "no new SSH connection was possible"),
    ],
    ids=["sshd refuses us", "the port is closed", "even our own connection is cut"],
)
def test_a_change_that_locks_us_out_is_taken_back_and_the_task_says_why(
    node: Node, wanted: list[dict[str, Any]], words: str
) -> None:
    before = node.sh("find /etc -type f | sort | xargs md5sum; nft list ruleset")
    said = node.play("files.yml", wanted=wanted, within=8)
    assert f"n1: the change of {', '.join(file['path'] for file in wanted)} was taken back." in said
    assert words in said
    assert "as it was before" in said
    assert node.sh("find /etc -type f | sort | xargs md5sum; nft list ruleset") == before
    assert node.sh("systemctl is-system-running") == "running"


def test_a_confirmed_change_stays_also_after_a_restart(node: Node) -> None:
    before = node.sh(LIVE)
    said = node.play("files.yml", wanted=ssh("PasswordAuthentication no\n"), within=30)
    assert "changed=1" in said
    assert node.sh(LIVE) == before
    node.reboot()
    assert node.sh("sshd -T | grep -i ^passwordauth") == "passwordauthentication no"
    assert "changed=0" in node.play("files.yml", wanted=ssh("PasswordAuthentication no\n"), within=30)


def test_what_sshd_does_not_understand_is_never_put_in_place(node: Node) -> None:
    said = node.play("files.yml", wanted=ssh("PasswordAuthentikation no\n"), within=30)
    assert "nothing was changed" in said
    assert "Bad configuration option" in said
    assert node.sh(f"ls {SETTINGS} 2>&1 || true").endswith("No such file or directory")


def test_a_machine_takes_the_change_back_alone_when_the_controller_was_killed(node: Node) -> None:
    before = node.sh(LIVE)
    start_lockout(node, within=6)
    node.until(f"ls {SETTINGS} 2>&1", f"ls: cannot access '{SETTINGS}': No such file or directory")
    node.until(LIVE, before)
    assert node.sh("ssh -V 2>&1; systemctl is-active ssh").endswith("active")
    assert "changed=1" in node.play("files.yml", wanted=ssh("PasswordAuthentication no\n"), within=30)


def test_a_machine_takes_the_change_back_when_it_is_restarted_first(node: Node) -> None:
    start_lockout(node, within=600)
    node.reboot()
    assert node.sh(f"ls {SETTINGS} 2>&1 || true").endswith("No such file or directory")
    assert node.sh("cat /var/lib/kombify/changes/*/reverted") == "reverted: the machine was restarted"
    assert node.sh("systemctl is-system-running --wait") == "running"
    assert "changed=1" in node.play("files.yml", wanted=ssh("PasswordAuthentication no\n"), within=30)


def test_a_run_after_a_killed_one_does_not_have_to_wait(node: Node) -> None:
    controller = node.start("files.yml", wanted=ssh("PasswordAuthentication no\nMaxAuthTries 4\n"), within=600)
    node.until("sshd -T | grep -i ^maxauthtries", "maxauthtries 4")
    controller.kill()
    controller.communicate()
    wanted = [{"path": "/etc/other.conf", "content": "x\n"}]
    assert "changed=1" in node.play("files.yml", wanted=wanted, within=30)
    assert node.sh(f"cat /etc/other.conf; ls {SETTINGS} 2>&1 || true").startswith("x\n")


def test_nothing_is_changed_where_the_disk_is_full(node: Node) -> None:
    node.sh("mkdir -p /var/lib/kombify && mount -t tmpfs -o size=64k tmpfs /var/lib/kombify")
    node.sh("dd if=/dev/zero of=/var/lib/kombify/full 2>/dev/null || true")
    said = node.play("files.yml", wanted=ssh("PasswordAuthentication no\n"), within=30)
    assert "No space left on device" in said
    assert "othing was changed" in said
    assert node.sh(f"ls {SETTINGS} 2>&1 || true").endswith("No such file or directory")
