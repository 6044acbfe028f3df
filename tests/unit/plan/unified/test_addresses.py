# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses are given out once, kept from the lock, and never inside what is kept back."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.addresses import (
    Pool,
    link_addresses,
    network_pool,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Link, Network
from ansible_collections.kombify.stack.plugins.module_utils.spec.subnets import Subnet


def test_the_lowest_free_address_comes_first_and_each_only_once() -> None:
    pool = Pool(Subnet.of("10.0.0.0/29"), ["10.0.0.2"])
    assert [pool.give() for _time in range(6)] == ["10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", None]


def test_a_wanted_address_is_given_if_it_is_free() -> None:
    pool = Pool(Subnet.of("10.0.0.0/24"), ["10.0.0.7"])
    assert pool.give("10.0.0.9") == "10.0.0.9"
    assert pool.give("10.0.0.9") == "10.0.0.1"
    assert pool.give("10.0.0.7") == "10.0.0.2"
    assert pool.give("192.168.1.1") == "10.0.0.3"
    assert pool.give("nas.home.arpa") == "10.0.0.4"


def test_gateway_reserve_and_dhcp_are_left_alone() -> None:
    network = Network(cidr="10.0.0.0/28", gateway="10.0.0.1", reserve=("10.0.0.2-10.0.0.4",), dhcp="10.0.0.6-10.0.0.13")
    pool = network_pool(network, ["10.0.0.5"])
    assert [pool.give("10.0.0.8"), pool.give()] == ["10.0.0.14", None]


def test_a_huge_dhcp_range_costs_nothing() -> None:
    network = Network(cidr="fd00::/64", dhcp="fd00::1-fd00::ffff:ffff:ffff")
    assert network_pool(network, []).give() == "fd00::1:0:0:0"


def test_written_addresses_of_a_link_come_before_locked_ones_and_those_before_new_ones() -> None:
    link = Link(cidr="10.99.0.0/24", addresses={"gw": "10.99.0.1"})
    given = link_addresses(link, ["gw", "new", "old"], {"old": "10.99.0.2", "gw": "10.99.0.9"})
    assert given == {"gw": "10.99.0.1", "old": "10.99.0.2", "new": "10.99.0.3"}
