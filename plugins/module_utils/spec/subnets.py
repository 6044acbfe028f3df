# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network as numbers: what may be handed out, and which address is free next."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Network

Span = tuple[int, int]


def parse_span(text: str) -> Span | None:
    """Read ``192.168.1.10`` or ``192.168.1.10-192.168.1.20`` as numbers; None when it is neither."""
    low, dash, high = text.partition("-")
    try:
        first, last = ipaddress.ip_address(low.strip()), ipaddress.ip_address((high if dash else low).strip())
    except ValueError:
        return None
    return (int(first), int(last)) if first.version == last.version and int(first) <= int(last) else None


@dataclass(frozen=True)
class Subnet:
    """The addresses of a network that machines can have, and the spans of them that are kept back."""

    cidr: str
    version: int
    first: int
    last: int
    kept: tuple[Span, ...] = ()

    @staticmethod
    def of(cidr: str, kept: Iterable[str] = ()) -> Subnet:
        """Make a subnet; spans outside of it and texts that are no spans count for nothing."""
        net = ipaddress.ip_network(cidr)
        low, high = int(net.network_address), int(net.broadcast_address)
        if net.prefixlen < net.max_prefixlen - 1:
            low, high = low + 1, high - (1 if net.version == 4 else 0)
        spans = sorted(span for span in map(parse_span, kept) if span and span[0] <= high and span[1] >= low)
        return Subnet(cidr, net.version, low, high, tuple(spans))

    @staticmethod
    def of_network(network: Network) -> Subnet:
        """Make the subnet of a declared network; gateway, reserve and dhcp are kept back."""
        extra = [text for text in (network.gateway, network.dhcp) if text]
        return Subnet.of(network.cidr, [*network.reserve, *extra])

    def count_free(self, taken: Iterable[int]) -> int:
        """Count the addresses that are neither kept back nor taken."""
        free, start = 0, self.first
        for low, high in self._blocked(taken):
            free += max(0, low - start)
            start = max(start, high + 1)
        return free + max(0, self.last - start + 1)

    def next_free(self, taken: Iterable[int]) -> str | None:
        """Return the lowest address that is neither kept back nor taken."""
        start = self.first
        for low, high in self._blocked(taken):
            if low > start:
                break
            start = max(start, high + 1)
        return self.text(start) if start <= self.last else None

    def _blocked(self, taken: Iterable[int]) -> list[Span]:
        single = ((number, number) for number in taken if self.first <= number <= self.last)
        return sorted((*self.kept, *single))

    def text(self, number: int) -> str:
        """Write a number as an address of this network's kind."""
        return str(ipaddress.IPv4Address(number) if self.version == 4 else ipaddress.IPv6Address(number))

    def __str__(self) -> str:
        return f"{self.text(self.first)} - {self.text(self.last)}"
