# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Rule,
    Settings,
    Spread,
    Target,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

GIB = 2**30


def stack(seed: int) -> tuple[list[Item], list[Target]]:
    """A stack in which every kind of rule between items occurs."""
    chance = random.Random(seed)
    names = [f"n{number}" for number in range(1, chance.randint(3, 8))]
    targets = [
        Target(
            name,
            allocatable=Amounts(chance.choice([4, 8, 16]) * GIB, 100 * GIB, 16_000),
            capability=chance.choice([1000, 4000]),
            load=chance.choice([None, 100, 500]),
            rack=chance.choice(["r1", "r2"]),
        )
        for name in names
    ]
    services = [f"s{number}" for number in range(chance.randint(2, 9))]
    items = []
    for service in services:
        others = frozenset(chance.sample(services, 1))
        rule = Rule(others, chance.random() < 0.8)
        kind = chance.choice(["plain", "plain", "plain", "with", "apart", "spread", "ports", "named", "data"])
        shared: dict[str, Any] = {
            "requests": Amounts(chance.choice([256, 512, 1024, 3000]) * 2**20, chance.choice([0, 5, 30]) * GIB, 250),
            "together": rule if kind == "with" and service not in others else None,
            "apart": rule if kind == "apart" else None,
            "spread": Spread(chance.choice(["node", "rack"]), chance.choice([1, 2])) if kind == "spread" else None,
            "ports": frozenset({(443, "tcp")}) if kind == "ports" else frozenset(),
            "candidates": frozenset(chance.sample(names, 2)) if kind == "named" else None,
            "volume_on": chance.choice(names) if kind == "data" else None,
            "stateless": chance.random() < 0.7,
        }
        items += [Item(f"{service}-{number}", service, **shared) for number in range(chance.choice([1, 1, 2, 3]))]
    return items, targets


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_no_hard_constraint_is_broken_whatever_the_stack(broken_rules: Any, seed: int) -> None:
    items, targets = stack(seed)
    found = place(items, targets, settings=Settings(exact=False))
    assert broken_rules(items, targets, found.assignments) == []
    assert found.assignments.keys() | found.unplaced.keys() == {item.name for item in items}


@given(st.integers(0, 10**9), st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_input_does_not_matter(seed: int, shuffle: int) -> None:
    items, targets = stack(seed)
    before = place(items, targets, settings=Settings(exact=False))
    chance = random.Random(shuffle)
    chance.shuffle(items)
    chance.shuffle(targets)
    assert repr(place(items, targets, settings=Settings(exact=False))) == repr(before)


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_what_was_placed_stays_when_it_is_placed_again(seed: int) -> None:
    items, targets = stack(seed)
    before = place(items, targets, settings=Settings(exact=False))
    again = place(items, targets, current=before.assignments, settings=Settings(exact=False))
    assert again.assignments.items() >= before.assignments.items()
    assert not again.moved


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_whoever_fits_nowhere_has_a_reason_for_every_target(seed: int) -> None:
    items, targets = stack(seed)
    found = place([*items, Item("huge", "huge", Amounts(99 * GIB))], targets, settings=Settings(exact=False))
    assert "huge" in found.unplaced
    for reasons in found.unplaced.values():
        assert list(reasons) == [target.name for target in targets]
        assert all(reasons.values())


def test_nothing_to_place_and_nowhere_to_go_is_no_error(item: Any) -> None:
    assert place([], []).assignments == {}
    assert place([item("a")], []).unplaced == {"a": {}}


def test_the_largest_item_chooses_first(host: Any, item: Any) -> None:
    """Placed in the order of their names, b would find no room."""
    found = place([item("a", 3), item("b", 6)], [host("n1", 6), host("n2", 4)])
    assert found.assignments == {"a": "n2", "b": "n1"}


def test_a_resource_without_limit_does_not_make_an_item_large(host: Any, item: Any) -> None:
    """CPU is only counted, so memory decides who chooses first."""
    items = [item("a", 3, cpu=12_000, sticky=True), item("b", 6, cpu=100)]
    found = place(items, [host("n1", 6), host("n2", 4)], settings=Settings(unlimited=frozenset({"cpu"}), exact=False))
    assert found.assignments == {"a": "n2", "b": "n1"}


def test_pinned_items_come_first_and_keep_their_target(host: Any, item: Any) -> None:
    pinned = item("small", 1, pinned=True, candidates=frozenset({"n1"}))
    found = place([item("large", 8), pinned], [host("n1", 8), host("n2", 8)])
    assert found.assignments == {"large": "n2", "small": "n1"}


def test_a_target_of_unknown_size_takes_only_what_is_pinned_to_it(host: Any, item: Any) -> None:
    pinned = item("a", pinned=True, candidates=frozenset({"new"}))
    found = place([pinned, item("b")], [host("new", None)])
    assert found.assignments == {"a": "new"}
    assert found.unplaced == {"b": {"new": "its size is not known"}}


def test_a_full_target_moves_nothing_when_a_resource_has_no_limit(host: Any, item: Any) -> None:
    loose = Settings(unlimited=frozenset({"memory"}))
    items = [item(letter, 6) for letter in "abc"]
    found = place(items, [host("n1", 8)], settings=loose)
    assert set(found.assignments) == {"a", "b", "c"}
    assert not place(items, [host("n1", 8)], current=found.assignments, settings=loose).moved


def test_a_cluster_takes_items_until_its_sum_is_used_up(host: Any, item: Any) -> None:
    cluster = host("k8s", 10, kind="cluster", largest=Amounts(5 * GIB, 100 * GIB, 8000))
    found = place([item(letter, 4) for letter in "abc"], [cluster])
    assert len(found.assignments) == 2
    assert found.unplaced["c"] == {"k8s": "RAM: 2.0 GiB free of 10.0 GiB, needs 4.0 GiB (short by 2.0 GiB)"}


@pytest.mark.parametrize("strategy", ["spread", "pack"])
def test_many_targets_give_the_same_result_as_few(strategy: Any) -> None:
    """Beyond 48 targets only the best are looked at; the lower half alone is small enough to look at all."""
    targets = [
        Target(f"n{number}", allocatable=Amounts((4 + number % 3) * GIB, 99 * GIB, 8000)) for number in range(90)
    ]
    first = frozenset(f"n{number}" for number in range(45))
    items = [Item(f"i{number}", "s", Amounts((number % 5 + 1) * 2**28, GIB, 100)) for number in range(120)]
    named = [Item(item.name, item.service, item.requests, candidates=first) for item in items]
    many = place(named, targets, settings=Settings(strategy=strategy))
    few = place(items, targets[:45], settings=Settings(strategy=strategy))
    assert many.assignments == few.assignments
