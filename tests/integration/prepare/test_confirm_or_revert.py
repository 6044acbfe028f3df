"""A change that locks us out is taken back by the machine itself, whatever becomes of the controller."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Ran, Site

PLAYBOOK = str(Path(__file__).parent / "fixtures/files.yml")
NODE = "mended"
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
FORBIDDEN = "sshd -T | grep -i -e ^allowusers -e ^passwordauth"
MADE = "flock --nonblock /var/lib/kombify/changes/*/lock echo made"
"""Says so when a change is not being made any more."""
OURS = "systemctl list-timers --all --no-legend 'kombify-*'; ls /etc/systemd/system/sysinit.target.wants"
EVERYTHING = "find /etc -type f | sort | xargs md5sum; nft list ruleset; systemctl is-system-running"
GOOD, LOCKOUT = "PasswordAuthentication no\n", "AllowUsers root\n"


def ssh(settings: str) -> list[dict[str, Any]]:
    return [{"path": SETTINGS, "content": settings, "validate": "/usr/sbin/sshd -t -f %s", "reload": ["ssh.service"]}]


def firewall(rules: str) -> list[dict[str, Any]]:
    return [SERVICE, {"path": RULES, "content": CHAIN % rules, "reload": ["test-firewall.service"]}]


def change(site: Site, wanted: list[dict[str, Any]], within: int = 30) -> Ran:
    return site.play(PLAYBOOK, "--limit", NODE, wanted=wanted, within=within)


def lock_out_and_kill(site: Site, within: int) -> None:
    """Lock the playbook's user out, and kill the controller when that has happened."""
    controller = site.start(PLAYBOOK, "--limit", NODE, wanted=ssh(LOCKOUT), within=within)
    site.until(NODE, f"{FORBIDDEN}; {MADE}", "passwordauthentication yes\nallowusers root\nmade")
    site.kill(controller)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ssh(LOCKOUT), "Permission denied"),
        (firewall("ct state established accept"), "no new SSH connection was possible"),
        (firewall(""), "no new SSH connection was possible"),
    ],
    ids=["sshd refuses us", "the port is closed", "even our own connection is cut"],
)
def test_a_change_that_locks_us_out_is_taken_back_and_the_task_says_why(
    site: Site, wanted: list[dict[str, Any]], words: str
) -> None:
    before = site.look(NODE, EVERYTHING)
    ran = change(site, wanted, within=8)
    assert ran.failed == {NODE: True}
    assert f"{NODE}: the change of {', '.join(file['path'] for file in wanted)} was taken back." in ran.said
    assert words in ran.said
    assert "as it was before" in ran.said
    assert site.look(NODE, EVERYTHING) == before


def test_a_confirmed_change_stays_also_after_a_restart(site: Site) -> None:
    before = site.look(NODE, OURS)
    assert change(site, ssh(GOOD)).changed == {NODE: 1}
    assert site.look(NODE, OURS) == before
    site.lab.reboot(NODE)
    site.lab.wait(NODE)
    assert site.look(NODE, FORBIDDEN) == "passwordauthentication no"
    assert change(site, ssh(GOOD)).changed == {NODE: 0}


def test_what_sshd_does_not_understand_is_never_put_in_place(site: Site) -> None:
    ran = change(site, ssh("PasswordAuthentikation no\n"))
    assert "nothing was changed" in ran.said
    assert "Bad configuration option" in ran.said
    assert site.look(NODE, f"test -e {SETTINGS} || echo gone") == "gone"


def test_a_machine_takes_the_change_back_alone_when_the_controller_was_killed(site: Site) -> None:
    before = site.look(NODE, OURS)
    lock_out_and_kill(site, within=5)
    site.until(NODE, FORBIDDEN, "passwordauthentication yes")
    site.until(NODE, OURS, before)
    assert change(site, ssh(GOOD)).changed == {NODE: 1}


def test_a_machine_takes_the_change_back_when_it_is_restarted_first(site: Site) -> None:
    lock_out_and_kill(site, within=600)
    site.lab.reboot(NODE)
    site.lab.wait(NODE)
    assert site.look(NODE, FORBIDDEN) == "passwordauthentication yes"
    assert site.look(NODE, "cat /var/lib/kombify/changes/*/reverted") == "reverted: the machine was restarted"
    assert site.look(NODE, "systemctl is-system-running --wait") == "running"
    assert change(site, ssh(GOOD)).changed == {NODE: 1}


def test_a_run_after_a_killed_one_takes_its_change_back_and_does_not_have_to_wait(site: Site) -> None:
    lock_out_and_kill(site, within=600)
    wanted = [{"path": "/etc/other.conf", "content": "x\n"}]
    ran = site.play(PLAYBOOK, "--limit", NODE, wanted=wanted, within=30, ansible_user="root")
    assert ran.changed == {NODE: 1}
    assert site.look(NODE, f"cat /etc/other.conf; {FORBIDDEN}") == "x\npasswordauthentication yes"


def test_nothing_is_changed_where_the_disk_is_full(site: Site) -> None:
    site.look(NODE, "mkdir -p /var/lib/kombify && mount -t tmpfs -o size=64k tmpfs /var/lib/kombify")
    site.look(NODE, "dd if=/dev/zero of=/var/lib/kombify/full")
    ran = change(site, ssh(GOOD))
    assert "No space left on device" in ran.said
    assert "othing was changed" in ran.said
    assert site.look(NODE, f"test -e {SETTINGS} || echo gone") == "gone"
