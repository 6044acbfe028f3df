"""Addresses, networks and names of URLs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.subnets import Subnet, parse_span

Check = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("10.0.0.1", (167772161, 167772161)),
        ("10.0.0.1-10.0.0.3", (167772161, 167772163)),
        ("10.0.0.1 - 10.0.0.3", (167772161, 167772163)),
        ("::1-::ff", (1, 255)),
        ("10.0.0.3-10.0.0.1", None),
        ("10.0.0.1-::1", None),
        ("nas", None),
        ("10.0.0.1-", None),
        ("", None),
    ],
)
def test_a_span_is_one_address_or_two(text: str, span: tuple[int, int] | None) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    ("cidr", "shown", "count"),
    [
        ("10.0.0.0/24", "10.0.0.1 - 10.0.0.254", 254),
        ("10.0.0.0/30", "10.0.0.1 - 10.0.0.2", 2),
        ("10.0.0.0/31", "10.0.0.0 - 10.0.0.1", 2),
        ("10.0.0.7/32", "10.0.0.7 - 10.0.0.7", 1),
        ("fd00::/126", "fd00::1 - fd00::3", 3),
    ],
)
def test_a_subnet_has_addresses_for_machines(cidr: str, shown: str, count: int) -> None:
    subnet = Subnet.of(cidr)
    assert (str(subnet), subnet.count_free(())) == (shown, count)


def test_what_is_kept_back_or_taken_is_not_free() -> None:
    subnet = Subnet.of("10.0.0.0/29", ["10.0.0.1", "10.0.0.2-10.0.0.3", "10.0.0.3-10.0.0.4", "9.0.0.0-9.9.9.9", "x"])
    assert (subnet.count_free(()), subnet.next_free(())) == (2, "10.0.0.5")
    five = parse_span("10.0.0.5")
    assert five is not None
    assert (subnet.count_free([five[0]]), subnet.next_free([five[0]])) == (1, "10.0.0.6")
    assert subnet.next_free([five[0], five[0] + 1]) is None


def test_a_huge_network_is_counted_without_counting() -> None:
    assert Subnet.of("fd00::/8", ["fd00::-fdff::"]).next_free(()) is not None


def test_ten_thousand_equal_addresses_are_one_problem(check: Check) -> None:
    assert check("nodes: {'n[1:5000]': {address: 10.0.0.1}, 'm[1:5000]': {address: 10.0.0.1}}\n") == [
        "K508 'n[1:5000]' stands for 5000 nodes, but its address yields 1",
        "K501 address 10.0.0.1 is used by both 'n1' and 'm1' (and 4999 more from the same place)",
    ]
