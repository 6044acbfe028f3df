"""A machine that will not do is refused before anything is changed, with what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Ran, Site

FIXTURES = Path(__file__).parent / "fixtures"


def run(site: Site, *arguments: str, **variables: object) -> Ran:
    return site.play(str(FIXTURES / "common.yml"), *arguments, **variables)


def test_a_machine_that_will_do_is_left_as_it_is(site: Site) -> None:
    for arguments in ([], ["--check"], ["--tags", "preflight"], ["--tags", "verify"]):
        ran = run(site, *arguments)
        assert (ran.went_well(), ran.changed) == (True, {"one": 0}), ran.said


def test_a_system_that_is_not_supported_is_named_with_those_that_are(site: Site) -> None:
    site.look("one", "cp -a /etc/os-release /etc/os-release.kept; rm /etc/os-release")
    site.look("one", "printf 'ID=debian\\nVERSION_ID=\"11\"\\n' >/etc/os-release")
    ran = run(site)
    site.look("one", "mv /etc/os-release.kept /etc/os-release")
    assert "one: Debian 11 is not supported. Use one of Debian 12, Debian 13, Ubuntu 24.04." in ran.said


def test_a_disk_without_room_is_named(site: Site) -> None:
    site.look("one", "mount -t tmpfs -o size=200m,nr_inodes=500 tmpfs /var")
    ran = run(site)
    site.look("one", "umount /var")
    assert "one: /var has less than 300 MiB left. Free some space" in ran.said
    assert "/var cannot take more files ('df --inodes'). Delete some." in ran.said


def test_a_clock_that_is_wrong_is_set_by_nobody_but_said(site: Site) -> None:
    ran = run(site, common_clock_tolerance=-1)
    assert "so certificates and package sources do not count. Set it with 'timedatectl set-time'" in ran.said


def test_a_user_without_sudo_is_told_where_to_allow_it(site: Site) -> None:
    files = site.look("one", "grep -rl kombify /etc/sudoers.d")
    site.look("one", f"mkdir /root/kept; mv {files} /root/kept")
    ran = run(site)
    site.look("one", "mv /root/kept/* /etc/sudoers.d; rmdir /root/kept")
    assert "The user may not use sudo without a password. Allow it in /etc/sudoers.d" in ran.said
    assert run(site).went_well()


def test_a_machine_that_is_off_is_waited_for(site: Site) -> None:
    site.lab.stop("one")
    ran = site.play(str(FIXTURES / "reach.yml"), common_reach_timeout=2)
    assert "one (192.0.2.11) does not answer over SSH after 2 seconds. See whether it is powered on" in ran.said
    waiting = site.start(str(FIXTURES / "reach.yml"))
    site.lab.start("one")
    assert site.ended(waiting).went_well()
