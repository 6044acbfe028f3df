"""A gateway and two machines that are joined by a link with a server and by one without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kombify.sim.machine import Machine

if TYPE_CHECKING:
    from conftest import NewSite, Ran, Site

FIXTURES = Path(__file__).parent / "fixtures"
PLAYBOOK = "kombify.stack.pangolin"
MACHINES = {
    "gateway": Machine("gateway", "198.51.100.10/24", memory=512 * 2**20),
    "web": Machine("web", "192.0.2.11/26", memory=512 * 2**20),
    "db": Machine("db", "192.0.2.12/26", memory=512 * 2**20),
}
ADDRESSES = {
    name: [f"10.{subnet}.0.{number}" for subnet in (99, 98)]
    for name, number in {"gateway": 1, "web": 11, "db": 12}.items()
}


@dataclass(frozen=True)
class Joined:
    """Three machines and their links."""

    site: Site

    def join(self, *arguments: str, **variables: object) -> Ran:
        """Run the stage."""
        return self.site.play(PLAYBOOK, *arguments, **variables)

    def silent(self, *names: str) -> set[tuple[str, str]]:
        """Return who does not answer whom, through both links."""
        names = names or tuple(MACHINES)
        pairs = [(one, other) for one in names for other in names if one != other]
        return {(one, other) for one, other in pairs if not self.answers(one, *ADDRESSES[other])}

    def answers(self, name: str, *addresses: str) -> bool:
        """Tell whether all addresses answer a machine."""
        pings = " && ".join(f"ping -q -c 1 -W 3 {address}" for address in addresses)
        return self.site.look(name, f"({pings}) >/dev/null && echo yes") == "yes"

    def keys(self) -> dict[tuple[str, str], str]:
        """Return the public keys in use, by machine and interface."""
        shown = {name: self.site.look(name, "wg show all public-key") for name in MACHINES}
        return {
            (name, line.split()[0]): line.split()[1] for name, lines in shown.items() for line in lines.splitlines()
        }

    def private_keys(self) -> set[str]:
        """Return all private keys, also those that wait."""
        files = [self.site.look(name, "cat /etc/wireguard/*") for name in MACHINES]
        return {key for text in files for key in re.findall(r"^(?:PrivateKey = )?(\S{43}=)$", text, re.MULTILINE)}


@pytest.fixture(scope="module")
def fresh(new_site: NewSite) -> Joined:
    """Return three machines on which nothing was done yet."""
    return Joined(new_site(FIXTURES / "kombination.yaml", *MACHINES.values()))


@pytest.fixture(scope="module")
def joined(fresh: Joined) -> Joined:
    """Return three machines that are joined; every test leaves them so."""
    ran = fresh.join()
    assert ran.went_well(), ran.said
    return fresh
