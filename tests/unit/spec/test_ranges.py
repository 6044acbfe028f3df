"""Ranges in names, and the numbers that entries take from them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import BadRange, parse_pattern


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nas", ["nas"]),
        ("pve-[1:3]", ["pve-1", "pve-2", "pve-3"]),
        ("n[08:11]", ["n08", "n09", "n10", "n11"]),
        ("n[8:11]", ["n8", "n9", "n10", "n11"]),
        ("b[1:2]-n[01:02]", ["b1-n01", "b1-n02", "b2-n01", "b2-n02"]),
        ("[1:2]-lan", ["1-lan", "2-lan"]),
        ("x[0:0]", ["x0"]),
        ("x[00:01]", ["x00", "x01"]),
    ],
)
def test_a_range_counts_both_ends_and_keeps_its_zeros(text: str, names: list[str]) -> None:
    assert [name for name, _numbers in parse_pattern(text).names()] == names


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("w[3:1]", "write [1:3]"),
        ("w[03:1]", "write [01:03]"),
        ("w[01:5]", "write [01:05]"),
        ("w[1:005]", "write [001:005]"),
        ("w[a:b]", "write it as [1:9] or [01:40]"),
        ("w[1]", "write it as [1:9] or [01:40]"),
        ("w[1:2", "write a range as [01:40]"),
        ("w1:2]", "write a range as [01:40]"),
        ("w[-1:2]", "write it as [1:9] or [01:40]"),
        ("w[1:10001]", "one entry may have 10,000"),
        ("w[1:200]-[1:200]", "one entry may have 10,000"),
    ],
)
def test_a_bad_range_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(BadRange) as caught:
        parse_pattern(text)
    assert caught.value.hint == hint


@given(first=st.integers(0, 500), length=st.integers(0, 50), width=st.integers(3, 6))
def test_padded_names_are_as_many_as_counted_and_all_of_one_width(first: int, length: int, width: int) -> None:
    pattern = parse_pattern(f"n[{first:0{width}d}:{first + length:0{width}d}]")
    names = [name for name, _numbers in pattern.names()]
    assert len(names) == len(set(names)) == pattern.count == length + 1
    assert {len(name) for name in names} == {width + 1}


def test_entries_take_the_numbers_of_their_ranges(load: Callable[..., Spec]) -> None:
    spec = load(
        """\
        networks:
          lan-[1:2]: {cidr: "10.{1}.0.0/16", vlan: "{1+100}"}
        nodes:
          b-[1:2]-n[08:09]:
            address: "10.{1}.0.{2+10}"
            network: "lan-{1}"
            labels: {rack: "r{2:03}", row: "{1}"}
            disks: {data: "{1}GiB"}
            ports: ["{2+8000}/tcp"]
        """
    )
    assert not list(spec.problems)
    assert [network.vlan for network in spec.stack.networks.values()] == [101, 102]
    node = spec.stack.nodes["b-2-n09"]
    assert (node.address, node.network, node.labels) == ("10.2.0.19", "lan-2", {"rack": "r009", "row": "2"})
    assert (node.disks["data"].size, node.ports) == (2 * 2**30, ("8009/tcp",))


def test_a_number_below_zero_or_inside_a_text_is_written_as_counted(load: Callable[..., Spec]) -> None:
    spec = load('nodes:\n  n[1:2]: {address: "n{1}.home.arpa", vmid: "1{1:02}", cpu: "{1}"}\n')
    assert not list(spec.problems)
    assert [(node.vmid, node.cpu) for node in spec.stack.nodes.values()] == [(101, 1000), (102, 2000)]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('nas: {rack: "{1}"}', "{1} has no range to count"),
        ('n[1:2]: {rack: "{2}"}', "{2} has no range to count"),
        ('n[1:2]: {labels: {a: ["x{0}"]}}', "{0} has no range to count"),
    ],
)
def test_a_number_without_its_range_is_a_problem(check: Callable[..., list[str]], entry: str, message: str) -> None:
    assert f"K211 {message}" in check(f"nodes:\n  {entry}\n")


def test_overlapping_ranges_are_one_problem_with_both_patterns(check: Callable[..., list[str]]) -> None:
    found = check("nodes:\n  n[1:5]: {type: server}\n  n[3:9]: {type: server}\n")
    assert found == [
        "K302 node 'n3' is declared by both 'n[1:5]' and 'n[3:9]' (and 2 more from the same place)",
    ]


def test_ten_thousand_names_are_allowed_and_one_more_is_not(load: Callable[..., Spec]) -> None:
    assert len(load("nodes:\n  n[1:10000]: {type: server}\n").stack.nodes) == 10_000
    assert [problem.code for problem in load("nodes:\n  n[1:10001]: {type: server}\n").problems] == ["K210"]
