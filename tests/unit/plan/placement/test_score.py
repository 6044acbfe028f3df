# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import Explanation, explain
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Rule,
    Settings,
    Spread,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

GIB = 2**30


def rows(found: Explanation | None) -> dict[str, dict[str, int]]:
    assert found is not None
    return {
        one.target: {name: factor.points for name, factor in one.factors.items()} | {"total": one.total}
        for one in found.candidates
        if one.feasible
    }


def test_the_example_of_the_design_has_the_points_that_a_hand_works_out(host: Any, item: Any) -> None:
    """uptime-kuma needs 2 GiB, 50 GiB and a core; what is there already leaves the free amounts of the example."""
    targets = [
        host("mini", 31.5, 512, 32_000, capability=8000, load=60, reliability=994),
        host("nas", 15.5, 1000, 16_000, capability=3096, load=220, reliability=991),
        host("pi", 3.5, 100, 16_000, capability=1000, load=100, reliability=1000),
    ]
    there = [item("x", 2, 90), item("y", 3, 343), item("z", 2.9, 0)]
    current = {"x": "mini", "y": "nas", "z": "pi"}
    found = explain("uptime", [*there, item("uptime", 2, 50, 1000)], targets, current=current)
    points = rows(found)
    assert found is not None
    assert found.chosen == "mini"
    assert points["mini"] == {
        "memory": 40 * 873,  # 27.5 of 31.5 GiB stay free
        "storage": 30 * 726,  # 372 of 512 GiB stay free
        "cpu": 15 * 1000,
        "load": 10 * 940,
        "reliability": 5 * 994,
        "total": 86_070,  # 86.07 points
    }
    assert points["nas"] == {
        "memory": 40 * 677,  # 10.5 of 15.5 GiB
        "storage": 30 * 607,
        "cpu": 15 * 387,  # 3096 against 8000
        "load": 10 * 780,
        "reliability": 5 * 991,
        "total": 63_850,
    }
    assert found.candidates[2].reason == "RAM: 614.4 MiB free of 3.5 GiB, needs 2.0 GiB (short by 1.4 GiB)"


def test_load_counts_what_will_be_asked_when_that_is_more_than_what_is_measured(host: Any, item: Any) -> None:
    targets = [host("idle", cpu=4000, load=100), host("busy", cpu=4000, load=900)]
    points = rows(explain("a", [item("a", cpu=2000)], targets))
    assert (points["idle"]["load"], points["busy"]["load"]) == (10 * 500, 10 * 100)


def test_an_item_without_volumes_is_scored_with_the_free_storage(host: Any, item: Any) -> None:
    points = rows(explain("a", [item("b", 0, 25), item("a")], [host("n1")], current={"b": "n1"}))
    assert points["n1"]["storage"] == 30 * 750


def test_missing_load_and_reliability_are_the_median_of_the_known_and_marked(host: Any, item: Any) -> None:
    known = [host(f"n{number}", load=number * 100, reliability=900 + number) for number in (1, 2, 3)]
    found = explain("a", [item("a")], [*known, host("new")])
    assert found is not None
    new = next(one for one in found.candidates if one.target == "new").factors
    assert (new["load"].value, new["load"].assumed) == (800, True)
    assert (new["reliability"].value, new["reliability"].assumed) == (902, True)
    assert not any(one.factors["load"].assumed for one in found.candidates if one.target != "new")


def test_weights_of_the_item_replace_those_of_the_stack(host: Any, item: Any) -> None:
    targets = [host("big", 64, capability=1), host("fast", 8, capability=1000)]
    assert place([item("a")], targets).assignments == {"a": "fast"}
    only_memory = Weights(memory=100, storage=0, cpu=0, load=0, reliability=0)
    assert place([item("a", weights=only_memory)], targets).assignments == {"a": "big"}
    assert place([item("a")], targets, settings=Settings(weights=only_memory)).assignments == {"a": "big"}


def test_pack_turns_the_terms_of_memory_and_storage_round(host: Any, item: Any) -> None:
    packed = Settings(strategy="pack")
    points = rows(
        explain("a", [item("b", 4, 50), item("a")], [host("n1"), host("n2")], current={"b": "n1"}, settings=packed)
    )
    assert (points["n1"]["memory"], points["n2"]["memory"]) == (40 * 625, 40 * 125)
    assert (points["n1"]["storage"], points["n2"]["storage"]) == (30 * 500, 0)


def test_pack_fills_one_target_before_the_next(host: Any, item: Any) -> None:
    items = [item(f"{letter}", 2) for letter in "abcd"]
    found = place(items, [host("n1"), host("n2")], settings=Settings(strategy="pack"))
    assert set(found.assignments.values()) == {"n1"}


@pytest.mark.parametrize(
    ("asked", "points"),
    [
        ({"prefer": frozenset({"n1"})}, (("prefer", 10_000),)),
        ({"avoid": frozenset({"n1"})}, (("avoid", -10_000),)),
        ({"together": Rule(frozenset({"b"}), strict=False)}, (("with", 5_000),)),
        ({"apart": Rule(frozenset({"b"}), strict=False)}, (("apart", -10_000),)),
        ({"service": "b", "spread": Spread(strict=False)}, (("spread", -10_000),)),
    ],
)
def test_wishes_are_listed_apart_from_the_hundred_points(
    host: Any, item: Any, asked: dict[str, Any], points: Any
) -> None:
    """Two instances of b are on n1 already; apart and spread take 5 points for each."""
    spread = {"spread": Spread(strict=False)} if "spread" in asked else {}
    there = [item("b-1", 0, **spread), item("b-2", 0, **spread)]
    found = explain("a", [*there, item("a", 0, **asked)], [host("n1"), host("n2")], current={"b-1": "n1", "b-2": "n1"})
    assert found is not None
    row = next(one for one in found.candidates if one.target == "n1")
    assert row.soft == points
    assert row.total == sum(factor.points for factor in row.factors.values()) + points[0][1]


def test_a_target_with_nothing_to_give_has_no_points_instead_of_an_error(host: Any, item: Any) -> None:
    empty = host("n1", 0, 0, 0, capability=0, allocatable=Amounts())
    points = rows(explain("a", [item("a", 0)], [empty]))
    assert points["n1"] == {"memory": 0, "storage": 0, "cpu": 0, "load": 0, "reliability": 5000, "total": 5000}
