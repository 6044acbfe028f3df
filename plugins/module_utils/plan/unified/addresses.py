# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses that nobody wrote down: given out once, kept in the lock, always the lowest free one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Link, Network

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass
class Pool:
    """The addresses of one network: which are taken, and what the lock remembers."""

    cidr: str
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        net = ipaddress.ip_network(self.cidr)
        self._make = type(net.network_address)
        self.first = int(net.network_address) + (0 if net.prefixlen >= net.max_prefixlen - 1 else 1)
        broadcast = 1 if net.version == 4 and net.prefixlen < 31 else 0
        self.last = int(net.broadcast_address) - broadcast
        self._next = self.first

    def take(self, address: str) -> None:
        """Mark an address, or a range written first-last, as taken."""
        low, _dash, high = address.partition("-")
        try:
            first, last = int(ipaddress.ip_address(low.strip())), int(ipaddress.ip_address((high or low).strip()))
        except ValueError:
            return
        first, last = max(first, self.first), min(last, self.last)
        if last >= first:
            self.taken.update(range(first, last + 1))

    def give(self, wanted: str | None = None) -> str | None:
        """Give out an address: the wanted one if it is free and inside, else the lowest free; None when full."""
        number = self._inside(wanted)
        if number is None:
            while self._next <= self.last and self._next in self.taken:
                self._next += 1
            if self._next > self.last:
                return None
            number = self._next
        self.taken.add(number)
        return str(self._make(number))

    def _inside(self, wanted: str | None) -> int | None:
        try:
            number = int(ipaddress.ip_address(wanted)) if wanted else None
        except ValueError:
            return None
        if number is None or not self.first <= number <= self.last or number in self.taken:
            return None
        return number


def network_pool(network: Network, used: Iterable[str]) -> Pool:
    """Return the pool of a network without what is used, reserved or given out by DHCP."""
    pool = Pool(network.cidr)
    for address in (
        *used,
        *network.reserve,
        *([network.gateway] if network.gateway else []),
        *([network.dhcp] if network.dhcp else []),
    ):
        pool.take(address)
    return pool


def link_addresses(link: Link, members: Iterable[str], locked: Mapping[str, str]) -> dict[str, str]:
    """Return the address of every member of a link: written ones first, then locked ones, then the lowest free."""
    pool = Pool(link.cidr)
    found: dict[str, str] = {}
    for node, address in link.addresses.items():
        pool.take(address)
        found[node] = address
    waiting = [node for node in members if node not in found]
    kept = [node for node in waiting if node in locked]
    for node in [*kept, *(node for node in waiting if node not in locked)]:
        given = pool.give(locked.get(node))
        if given is not None:
            found[node] = given
    return found
