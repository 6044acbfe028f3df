"""Two machines with a real systemd and a real sshd, which playbooks change as a user who is not root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kombify.sim.machine import Machine

if TYPE_CHECKING:
    from conftest import NewSite, Site

INVENTORY = Path(__file__).parent / "fixtures/hosts.ini"
MENDED = """
umount /var/lib/kombify 2>/dev/null
rm -f /etc/ssh/sshd_config.d/50-test.conf /etc/other.conf
systemctl reload ssh
"""
"""Brings a machine back to where the tests begin."""


@pytest.fixture(scope="module")
def site(new_site: NewSite) -> Site:
    """Return machines of which nothing is left after the module. Each test leaves `mended` as it found it."""
    memory = 512 * 2**20
    names = {"mended": "10.77.0.11/24", "fresh": "10.77.0.12/24"}
    return new_site(INVENTORY, *(Machine(name, address, memory, user="kombify") for name, address in names.items()))


@pytest.fixture(autouse=True)
def _mended(site: Site) -> None:
    """Let each test find `mended` in the same state, whatever the one before it did."""
    site.look("mended", MENDED)
