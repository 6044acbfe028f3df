# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses that nobody wrote down: given out once, kept in the lock, always the lowest free one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Link, Network
from ansible_collections.kombify.stack.plugins.module_utils.spec.subnets import Subnet


class Pool:
    """Gives out the addresses of one subnet: a wanted one if it is free, else the lowest free one."""

    def __init__(self, subnet: Subnet, used: Iterable[str] = ()) -> None:
        self.subnet = subnet
        self._taken = {int(ipaddress.ip_address(address)) for address in used if _is_ip(address)}
        self._next = subnet.first

    def give(self, wanted: str | None = None) -> str | None:
        """Return an address that is from now on taken; None when there is none left."""
        number = self._free(wanted) if wanted else None
        if number is None:
            number = self._lowest()
        if number is None:
            return None
        self._taken.add(number)
        return self.subnet.text(number)

    def _free(self, wanted: str) -> int | None:
        number = int(ipaddress.ip_address(wanted)) if _is_ip(wanted) else -1
        inside = self.subnet.first <= number <= self.subnet.last
        return number if inside and number not in self._taken and not self._kept_until(number) else None

    def _lowest(self) -> int | None:
        """Walk on from the last address given: all before it are taken, and kept spans are jumped over."""
        number = self._next
        while number <= self.subnet.last:
            end = self._kept_until(number)
            if end:
                number = end + 1
            elif number in self._taken:
                number += 1
            else:
                self._next = number
                return number
        return None

    def _kept_until(self, number: int) -> int | None:
        """Return the end of the kept span around a number, or None."""
        return next((high for low, high in self.subnet.kept if low <= number <= high), None)


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def network_pool(network: Network, used: Iterable[str]) -> Pool:
    """Return the pool of a network without what is used, reserved or given out by DHCP."""
    return Pool(Subnet.of_network(network), used)


def link_addresses(link: Link, members: Iterable[str], locked: Mapping[str, str]) -> dict[str, str]:
    """Return the address of every member of a link: written ones first, then locked ones, then the lowest free."""
    found = dict(link.addresses)
    pool = Pool(Subnet.of(link.cidr), found.values())
    waiting = [node for node in members if node not in found]
    kept = [node for node in waiting if node in locked]
    for node in [*kept, *(node for node in waiting if node not in locked)]:
        given = pool.give(locked.get(node))
        if given is not None:
            found[node] = given
    return found
