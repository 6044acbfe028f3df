"""Packages come in one go, and what goes wrong is said in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Ran, Site

FIXTURES = Path(__file__).parent / "fixtures"
CONTROL = (
    "Package: kombify-slow\\nVersion: 1\\nArchitecture: all\\nMaintainer: nobody <n@example.org>\\nDescription: slow\\n"
)
BUILD = f"""
mkdir -p /tmp/slow/DEBIAN && printf '{CONTROL}' >/tmp/slow/DEBIAN/control
printf '#!/bin/sh\\ntest ! -e /run/slow || exec sleep 1000\\n' >/tmp/slow/DEBIAN/postinst
chmod 755 /tmp/slow/DEBIAN/postinst && dpkg-deb --build /tmp/slow /tmp/slow.deb >/dev/null
"""
STATE = "dpkg-query --show --showformat '${db:Status-Status}' kombify-slow"


def install(site: Site, *packages: str, check: bool = False) -> Ran:
    return site.play(str(FIXTURES / "packages.yml"), *(["--check"] if check else []), wanted=list(packages))


def test_missing_packages_are_foretold_then_installed_and_then_left_alone(site: Site) -> None:
    site.look("one", "rm -rf /var/lib/apt/lists/*")  # as in a fresh image
    foretold = install(site, "tree", "sudo", check=True)
    assert (foretold.went_well(), foretold.changed) == (True, {"one": 1})
    assert '"msg": "tree"' in foretold.said
    assert site.look("one", "command -v tree") == ""
    assert install(site, "tree", "sudo").changed == {"one": 1}
    assert site.look("one", "command -v tree") == "/usr/bin/tree"
    assert install(site, "tree", "sudo").changed == {"one": 0}


def test_a_package_that_nobody_has_is_named(site: Site) -> None:
    ran = install(site, "no-such-package")
    assert not ran.went_well()
    assert "one: no-such-package cannot be installed. The machine's package sources do not have it." in ran.said


def test_sources_out_of_reach_are_said_to_be_so(site: Site) -> None:
    site.look("one", "echo 'Acquire::http::Proxy \"http://127.0.0.1:9\";' >/etc/apt/apt.conf.d/99-test")
    site.look("one", "mkdir /root/lists; mv /var/lib/apt/lists/*_* /root/lists")
    ran = install(site, "bc")
    assert "one: bc cannot be installed. The package sources cannot be reached from the machine." in ran.said
    site.look("one", "rm /etc/apt/apt.conf.d/99-test; mv /root/lists/* /var/lib/apt/lists; rmdir /root/lists")
    assert install(site, "bc").went_well()


def test_a_full_disk_is_said_to_be_so(site: Site) -> None:
    site.look("one", "mount -t tmpfs -o size=64k tmpfs /var/cache/apt/archives; mkdir /var/cache/apt/archives/partial")
    ran = install(site, "postgresql-common")
    assert "one: postgresql-common cannot be installed. The disk is full. Free some space" in ran.said
    site.look("one", "umount /var/cache/apt/archives")


def test_what_a_killed_run_left_half_set_up_is_finished_first(site: Site) -> None:
    site.look("one", f"{BUILD} touch /run/slow; (dpkg --install /tmp/slow.deb >/dev/null 2>&1 &)")
    site.until("one", STATE, "half-configured")
    site.look("one", "pkill -KILL --exact dpkg; pkill -KILL --full '^sleep 1000'; rm /run/slow")
    site.look("one", "dpkg --status kombify-slow >/var/lib/dpkg/updates/0000")
    assert "dpkg was interrupted" in site.look("one", "apt-get install --yes file")
    ran = install(site, "file")
    assert ran.went_well(), ran.said
    assert site.look("one", f"{STATE}; dpkg --audit; command -v file") == "installed/usr/bin/file"


def test_another_program_at_work_on_packages_is_waited_for(site: Site) -> None:
    lock = "import fcntl,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f,fcntl.LOCK_EX); time.sleep({})"
    site.look("one", f'(nohup python3 -c "{lock.format(8)}" >/dev/null 2>&1 &)')
    assert install(site, "less").went_well()
    site.look("one", f'(nohup python3 -c "{lock.format(900)}" >/dev/null 2>&1 &)')
    ran = site.play(str(FIXTURES / "packages.yml"), wanted=["nano"], common_lock_timeout=2)
    assert "one: nano cannot be installed. Another program works on the packages" in ran.said
    site.look("one", "pkill --full '^python3 -c import'")
