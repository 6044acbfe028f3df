"""What a machine gets on which nothing was done yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Joined

UNITS = "/etc/systemd/system/multi-user.target.wants"
EVERYTHING = f"ls -A /etc/wireguard {UNITS}; ip -brief link; ip rule; dpkg -l | md5sum"


def test_fresh_machines_are_joined_once_and_check_mode_tells_the_truth(fresh: Joined) -> None:
    before = fresh.site.look("web", EVERYTHING)
    foretold = fresh.join("--check", "--diff")
    assert foretold.went_well(), foretold.said
    assert foretold.changed == {"gateway": 3, "web": 3, "db": 3}
    assert "PrivateKey = (hidden)" in foretold.said
    assert fresh.site.look("web", EVERYTHING) == before
    assert fresh.join().changed == foretold.changed
    assert fresh.silent() == set()
    assert fresh.join().changed == {"gateway": 0, "web": 0, "db": 0}
    assert fresh.join("--check").changed == {"gateway": 0, "web": 0, "db": 0}
    assert fresh.site.look("web", "systemctl is-system-running") == "running"
