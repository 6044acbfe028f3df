# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K501, K502, K508: addresses used twice, outside of their network, or too few of them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import cached_property

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import whole
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.subnets import Subnet, parse_span
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Path


@dataclass
class Numbers:
    """The addresses of nodes as numbers, and the networks as spans; worked out when they are asked for."""

    spec: Spec
    _free: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """The networks by their names."""
        return {name: Subnet.of_network(network) for name, network in self.spec.stack.networks.items()}

    @cached_property
    def by_network(self) -> dict[str, dict[str, int]]:
        """The addresses of each network's nodes by their names; host names have none."""
        found: dict[str, dict[str, int]] = {}
        for name, node in present(self.spec).items():
            if node.network in self.subnets and node.address:
                number = _number(node.address, self.subnets[node.network].version)
                if number is not None:
                    found.setdefault(node.network, {})[name] = number
        return found

    def next_free(self, network: str | None) -> str:
        """Say which address of a network is free next; empty when it is unknown."""
        if network is None or network not in self.subnets:
            return ""
        if network not in self._free:
            self._free[network] = self.subnets[network].next_free(self.by_network.get(network, {}).values())
        found = self._free[network]
        return f"next free address in its network: {found}" if found else f"network '{network}' is full"


def present(spec: Spec) -> dict[str, Node]:
    """Return the nodes that are, or shall be, there."""
    return {name: node for name, node in spec.stack.nodes.items() if node.state != "absent"}


def _number(address: str, version: int) -> int | None:
    """Return an address as a number; None for host names and for the other version of IP."""
    try:
        if version == 4:  # the model has checked and tidied it
            return int.from_bytes(bytes(map(int, address.split("."))))
        return int(ipaddress.IPv6Address(address))
    except ValueError:
        return None


def check_addresses(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K501, and K508 for a range whose own address does not count along."""
    numbers = Numbers(spec)
    entries = spec.entries["nodes"]
    first: dict[str, str] = {}
    short: dict[int, str] = {}
    for name, node in present(spec).items():
        if node.address is None:
            continue
        other = first.setdefault(node.address, name)
        if other == name:
            continue
        if entries[other].key is entries[name].key:
            short.setdefault(id(entries[name].key), name)
        else:
            _twice(spec, problems, node.address, (other, name), numbers)
    for name in short.values():
        _too_few(spec, problems, name)
    for link_name, link in spec.stack.links.items():
        seen: dict[str, str] = {}
        for member, address in link.addresses.items():
            other = seen.setdefault(address, member)
            if other != member:
                _twice_in_link(spec, problems, link_name, address, (other, member))


def _twice(spec: Spec, problems: Problems, address: str, names: tuple[str, str], numbers: Numbers) -> None:
    first, second = names
    place = spec.place("nodes", second, "address")
    if problems.repeats("K501", place):
        return
    message = f"address {address} is used by both '{first}' and '{second}'"
    hint = numbers.next_free(spec.stack.nodes[second].network) or "give one of them another address"
    related = Related("first used here", spec.place("nodes", first, "address"))
    problems.error("K501", message, place, hint, [related])


def _twice_in_link(spec: Spec, problems: Problems, link: str, address: str, names: tuple[str, str]) -> None:
    path: Path = ("links", link, "addresses")
    message = f"address {address} of link '{link}' is used by both '{names[0]}' and '{names[1]}'"
    subnet = Subnet.of(spec.stack.links[link].cidr, spec.stack.links[link].addresses.values())
    related = Related("first used here", spec.place(*path, names[0]))
    hint = f"next free address in the link: {subnet.next_free(())}"
    problems.error("K501", message, spec.place(*path, names[1]), hint, [related])


def _too_few(spec: Spec, problems: Problems, name: str) -> None:
    key = spec.entries["nodes"][name].key
    nodes = present(spec)
    mine = [other for other, entry in spec.entries["nodes"].items() if entry.key is key and other in nodes]
    addresses = {nodes[other].address for other in mine}
    message = f"'{key.text}' stands for {len(mine)} nodes, but its address yields {len(addresses)}"
    hint = "count along with the range, for example 192.168.1.{1+10}"
    problems.error("K508", message, spec.place("nodes", name, "address"), hint)


def check_networks(spec: Spec, scope: Scope, problems: Problems) -> None:
    """K502, and K508 for networks that are too small."""
    numbers = Numbers(spec)
    _check_all_inside(spec, numbers, problems)
    if whole(spec, "nodes"):
        _check_room(spec, scope, numbers, problems)


def _check_all_inside(spec: Spec, numbers: Numbers, problems: Problems) -> None:
    """Look at nodes, gateways, what a network keeps back, and links."""
    for name, node in present(spec).items():
        if node.network in numbers.subnets and node.address:
            _check_inside(spec, problems, numbers, name, node.network, node.address)
    for name, network in spec.stack.networks.items():
        for key, texts in (("gateway", [network.gateway]), ("reserve", network.reserve), ("dhcp", [network.dhcp])):
            for index, text in enumerate(texts):
                if text:
                    path: Path = ("networks", name, key, index)
                    _check_span(spec, problems, path, numbers.subnets[name], text, key)
    for name, link in spec.stack.links.items():
        subnet = Subnet.of(link.cidr)
        for member, address in link.addresses.items():
            _check_span(spec, problems, ("links", name, "addresses", member), subnet, address, f"address of '{member}'")


def _check_inside(spec: Spec, problems: Problems, numbers: Numbers, name: str, network: str, address: str) -> None:
    subnet = numbers.subnets[network]
    number = numbers.by_network.get(network, {}).get(name)
    if number is None and ":" not in address and not address[-1].isdigit():
        return  # a host name
    if number is not None and subnet.first <= number <= subnet.last:
        return
    place = spec.place("nodes", name, "address")
    if problems.repeats("K502", place):
        return
    message = f"address {address} of '{name}' {_fault(subnet, number)} network '{network}' {subnet.cidr}"
    problems.error("K502", message, place, f"use {subnet}; {numbers.next_free(network)}")


def _fault(subnet: Subnet, number: int | None) -> str:
    if number == subnet.first - 1:
        return "is the network address of"
    if number == subnet.last + 1 and subnet.version == 4:
        return "is the broadcast address of"
    return "is outside of its"


def _check_span(spec: Spec, problems: Problems, path: Path, subnet: Subnet, text: str, what: str) -> None:
    span, place = parse_span(text), spec.place(*path)
    if span is None:
        if not problems.repeats("K205", place):
            message = f"{what} '{text}' is not a range of addresses"
            problems.error("K205", message, place, "write first-last, or one address")
    elif (span[0] < subnet.first or span[1] > subnet.last) and not problems.repeats("K502", place):
        problems.error("K502", f"{what} {text} is outside of {subnet.cidr}", place, f"use {subnet}")


def _check_room(spec: Spec, scope: Scope, numbers: Numbers, problems: Problems) -> None:
    """Look for networks and links that have fewer addresses than nodes waiting for one."""
    waiting: dict[str, int] = {}
    for node in present(spec).values():
        if node.network in numbers.subnets and node.address is None:
            waiting[node.network] = waiting.get(node.network, 0) + 1
    for name, count in waiting.items():
        subnet = numbers.subnets[name]
        free = subnet.count_free(numbers.by_network.get(name, {}).values())
        _check_count(spec, problems, ("networks", name), f"network '{name}' {subnet.cidr}", free, count)
    for name, link in spec.stack.links.items():
        try:
            members = set(scope.select(link.members)) | ({link.server} if link.server else set())
        except BadTerm:
            continue
        count = len(members - link.addresses.keys())
        free = Subnet.of(link.cidr, link.addresses.values()).count_free(())
        _check_count(spec, problems, ("links", name), f"link '{name}' {link.cidr}", free, count)


def _check_count(spec: Spec, problems: Problems, path: Path, what: str, free: int, count: int) -> None:
    if count > free:
        message = f"{what} has {free} free addresses for {count} nodes that wait for one"
        problems.error("K508", message, spec.key_place(*path), "make its cidr larger, or keep fewer addresses back")
