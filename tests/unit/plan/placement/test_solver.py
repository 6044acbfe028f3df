# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import solver
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
BEST = Settings(mode="optimal")
FAST = Settings(exact=False)
NEEDS = st.tuples(st.integers(1, 6), st.integers(0, 6), st.sampled_from(["", "", "apart", "spread", "port", "with"]))


def test_the_solver_places_what_the_heuristic_leaves_over(host: Any, item: Any) -> None:
    items = [item("a", 4, stateless=False), item("b", 4, stateless=False), item("c", 6), item("d", 6)]
    targets, current = [host("n1", 10), host("n2", 10)], {"a": "n1", "b": "n1"}
    assert set(place(items, targets, current=current, settings=FAST).unplaced) == {"d"}
    found = place(items, targets, current=current)
    assert not found.unplaced
    assert len(found.moved) == 1
    assert found.proof is None


def placeable(items: list[Item], targets: list[Target], broken_rules: Any) -> int:
    """Return how many items can be placed at most, by trying everything."""
    names = [None, *(target.name for target in targets)]
    most = 0
    for choice in product(names, repeat=len(items)):
        places = {item.name: name for item, name in zip(items, choice, strict=True) if name}
        if len(places) > most and not broken_rules(items, targets, places):
            most = len(places)
    return most


@given(st.lists(NEEDS, min_size=1, max_size=5), st.lists(st.integers(3, 9), min_size=2, max_size=3))
@settings(max_examples=60, deadline=None)
def test_as_many_are_placed_as_trying_everything_can(
    host: Any, item: Any, broken_rules: Any, needs: list[Any], sizes: list[int]
) -> None:
    rules: dict[str, dict[str, Any]] = {
        "apart": {"apart": Rule(frozenset({"i0"}))},
        "spread": {"service": "web", "spread": Spread()},
        "port": {"ports": frozenset({(443, "tcp")})},
        "with": {"together": Rule(frozenset({"i0"}))},
        "": {},
    }
    items = [
        item(f"i{number}", memory, storage, **rules[kind if number else ""])
        for number, (memory, storage, kind) in enumerate(needs)
    ]
    targets = [host(f"n{number}", size, 8) for number, size in enumerate(sizes)]
    found = place(items, targets, settings=BEST)
    assert broken_rules(items, targets, found.assignments) == []
    assert len(found.assignments) == placeable(items, targets, broken_rules)


def test_fewest_bytes_move_before_fewest_items(host: Any, item: Any) -> None:
    """Room for the newcomer: one item with data would do, but two without any are better."""
    items = [
        item("data", 4, stateless=False, data=100 * GIB),
        item("x", 2, stateless=False),
        item("y", 2, stateless=False),
        item("z", 2, sticky=True),
        item("new", 6),
    ]
    targets = [host("n1", 10), host("n2", 4), host("n3", 2)]
    found = place(items, targets, current={"data": "n1", "x": "n1", "y": "n1", "z": "n3"})
    assert not found.unplaced
    assert set(found.moved) == {"x", "y"}


def test_fewest_items_move_when_there_is_no_data(host: Any, item: Any) -> None:
    items = [*(item(name, 2, stateless=False) for name in ("v", "w")), item("x", 4, stateless=False), item("new", 6)]
    current = {"v": "n1", "w": "n1", "x": "n1"}
    found = place(items, [host("n1", 10), host("n2", 4)], current=current)
    assert not found.unplaced
    assert found.moved == ("x",)


def test_mode_optimal_keeps_what_runs(host: Any, item: Any) -> None:
    items = [item("a", 4), item("b", 4)]
    found = place(items, [host("n1", 10), host("n2", 64)], current={"a": "n1", "b": "n1"}, settings=BEST)
    assert found.assignments == {"a": "n1", "b": "n1"}


def test_the_best_scores_decide_last(host: Any, item: Any) -> None:
    items = [item(letter, 2, prefer=frozenset({"n2"})) for letter in "ab"]
    assert set(place(items, [host("n1"), host("n2")], settings=BEST).assignments.values()) == {"n2"}


def test_sticky_pinned_and_data_stay_for_the_solver_too(host: Any, item: Any) -> None:
    items = [
        item("s", 4, sticky=True),
        item("d", 1, volume_on="n1"),
        item("p", 1, pinned=True, candidates=frozenset({"n1"})),
        item("big", 8),
    ]
    targets = [host("n1", 10), host("n2", 7)]
    current = {"s": "n1", "d": "n1", "p": "n1"}
    found = place(items, targets, current=current)
    assert found.assignments == current
    assert list(found.unplaced) == ["big"]


def test_the_same_question_has_the_same_answer(host: Any, item: Any) -> None:
    items = [item(f"i{number}", 1 + number % 4, number % 3) for number in range(24)]
    targets = [host(f"n{number}", 12) for number in range(5)]
    assert repr(place(items, targets, settings=BEST)) == repr(place(items[::-1], targets[::-1], settings=BEST))


@pytest.mark.parametrize(
    ("needs", "proof"),
    [
        (
            [(6, 1, 1), (6, 1, 1), (6, 1, 1)],
            "proved: not everything fits, RAM is what is short; the smallest change that helps: 2.0 GiB more on n2",
        ),
        (
            [(1, 60, 1), (1, 60, 1), (1, 60, 1)],
            "proved: not everything fits, disk is what is short; the smallest change that helps: 20.0 GiB more on n2",
        ),
        (
            [(1, 1, 6000), (1, 1, 6000), (1, 1, 6000)],
            "proved: not everything fits, CPU is what is short; the smallest change that helps: 2 cores more on n2",
        ),
        ([(9, 60, 1), (9, 60, 1), (9, 60, 1)], "proved: not everything fits, more than one resource is short"),
    ],
)
def test_a_proof_names_what_is_short_and_the_smallest_change(host: Any, item: Any, needs: Any, proof: str) -> None:
    items = [item(letter, *need) for letter, need in zip("abc", needs, strict=True)]
    found = place(items, [host("n1", 9, 90, 9000), host("n2", 10, 100, 10_000)])
    assert len(found.unplaced) == 1
    assert found.proof == proof


def test_the_smallest_change_is_enough_and_less_is_not(host: Any, item: Any) -> None:
    items = [item(letter, size) for letter, size in zip("abcde", (6, 5, 4, 4, 3), strict=True)]
    assert "2.0 GiB more on n2" in (place(items, [host("n1", 9), host("n2", 11)]).proof or "")
    assert not place(items, [host("n1", 9), host("n2", 13)]).unplaced
    assert place(items, [host("n1", 9), host("n2", 12)]).unplaced
    assert place(items, [host("n1", 10), host("n2", 11)]).unplaced


def test_rules_that_stand_in_the_way_are_named(host: Any, item: Any) -> None:
    items = [item(f"web-{number}", ports=frozenset({(443, "tcp")})) for number in range(3)]
    found = place(items, [host("n1"), host("n2")])
    assert found.proof == (
        "proved: not everything fits, rules between services (ports, with, apart, spread) stand in the way"
    )


def test_what_may_go_nowhere_is_no_part_of_the_proof(host: Any, item: Any) -> None:
    found = place([item("a", candidates=frozenset({"gone"}))], [host("n1")])
    assert found.proof is None
    assert found.unplaced == {"a": {"n1": "runs_on does not name it"}}


def test_without_the_solver_mode_optimal_says_how_to_get_it(
    host: Any, item: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver, "available", lambda: False)
    found = place([item("a")], [host("n1")], settings=BEST)
    assert found.assignments == {"a": "n1"}
    assert found.note == "mode: optimal needs OR-Tools, so the fast way was taken: pip install 'kombify[solver]'"
    assert place([item("a", 99)], [host("n1")]).note is None


def test_a_stack_too_large_for_the_solver_is_placed_the_fast_way(host: Any, item: Any) -> None:
    items = [item(f"i{number}", 0.01) for number in range(101)]
    targets = [host(f"n{number}") for number in range(100)]
    found = place(items, targets, settings=BEST)
    assert len(found.assignments) == 101
    assert found.note == (
        "mode: optimal is for at most 10,000 pairs of item and target, here are 10,100; the fast way was taken"
    )


def test_room_to_lose_a_machine_is_kept_by_the_solver(host: Any, item: Any) -> None:
    safe = Settings(mode="optimal", survive_one_node=True)
    items = [item(letter, 4) for letter in "abc"]
    assert len(place(items, [host("n1"), host("n2")], settings=safe).assignments) == 2


def test_a_pinned_item_draws_its_company_in_the_solver_too(host: Any, item: Any) -> None:
    pinned = item("app", 1, pinned=True, candidates=frozenset({"n1"}), together=Rule(frozenset({"db"})))
    found = place([pinned, item("db"), item("x", 6)], [host("n1", 6), host("n2", 64)], settings=BEST)
    assert found.assignments["db"] == "n1"


def test_storage_of_nothing_is_no_division_by_zero() -> None:
    targets = [Target("n1", allocatable=Amounts())]
    assert place([Item("a", "a")], targets, settings=BEST).assignments == {"a": "n1"}


def test_the_smallest_change_counts_what_is_left_over_on_each_machine() -> None:
    targets = [Target(name, allocatable=Amounts(size * GIB, GIB, 16_000)) for name, size in (("n1", 5), ("n2", 4))]
    items = [Item(name, name, Amounts(3 * GIB, 0, 100)) for name in ("a", "b", "c")]
    proof = place(items, targets).proof
    assert proof is not None
    assert proof.endswith("the smallest change that helps: 1.0 GiB more on n1")
