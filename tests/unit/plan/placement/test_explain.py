# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import explain
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Rule, Settings
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

FAST = Settings(exact=False)


def test_there_is_one_row_for_every_target_and_the_counts_add_up(host: Any, item: Any) -> None:
    targets = [
        host("n1"),
        host("n2", state="offline"),
        host("n3", 1),
        host("n4", 0.5),
        host("n5", taints=frozenset("t")),
    ]
    found = explain("a", [item("a", 2)], targets)
    assert found is not None
    assert {one.target for one in found.candidates} == {"n1", "n2", "n3", "n4", "n5"}
    assert found.rejected == {"state": 1, "fit": 2, "taints": 1}
    assert sum(found.rejected.values()) + sum(one.feasible for one in found.candidates) == len(targets)


@given(st.integers(0, 10), st.integers(0, 10), st.sampled_from(["spread", "pack"]))
def test_the_factors_of_a_row_add_up_to_its_total(host: Any, item: Any, memory: int, load: int, strategy: Any) -> None:
    items = [item("a", memory, 3, 250, prefer=frozenset({"n1"})), item("b", 1)]
    targets = [host("n1", 11, load=load * 100), host("n2", 31, 77, capability=3), host("n3", 8)]
    found = explain("a", items, targets, settings=Settings(strategy=strategy, exact=False))
    assert found is not None
    for one in found.candidates:
        points = [factor.points for factor in one.factors.values()] + [points for _wish, points in one.soft]
        assert one.total == sum(points)
        assert all(factor.points == factor.value * factor.weight for factor in one.factors.values())


def test_the_chosen_comes_first_then_the_possible_by_score_then_the_refused(host: Any, item: Any) -> None:
    targets = [host("n1", 1), host("n2", 8), host("n3", 64), host("n4", 16)]
    found = explain("a", [item("a", 2)], targets)
    assert found is not None
    assert [one.target for one in found.candidates] == ["n3", "n4", "n2", "n1"]
    assert (found.chosen, found.verdict) == ("n3", "new")


def test_the_row_shows_what_stays_free_and_what_there_is(host: Any, item: Any) -> None:
    found = explain("a", [item("a", 2, 10, 500), item("b", 1)], [host("n1", 8)], current={"b": "n1"})
    assert found is not None
    row = found.candidates[0]
    assert (row.free.memory, row.free.storage, row.free.cpu) == (5 * 2**30, 90 * 2**30, 7500)
    assert row.allocatable is not None
    assert row.allocatable.memory == 8 * 2**30


def test_a_kept_item_is_explained_where_it_is(host: Any, item: Any) -> None:
    found = explain("a", [item("a")], [host("n1"), host("n2", 64)], current={"a": "n1"})
    assert found is not None
    assert (found.chosen, found.verdict, found.reason) == ("n1", "kept", "")
    assert found.candidates[0].target == "n1"


def test_a_moved_item_says_why(host: Any, item: Any) -> None:
    found = explain("a", [item("a")], [host("n2")], current={"a": "n1"})
    assert found is not None
    assert (found.verdict, found.reason) == ("moved", "n1: is gone")


def test_without_a_place_every_target_has_its_reason(host: Any, item: Any) -> None:
    found = explain("a", [item("a", 99)], [host("n1"), host("n2", state="absent")], settings=FAST)
    assert found is not None
    assert (found.chosen, found.verdict, found.reason) == (None, None, "it fits nowhere")
    assert not any(one.feasible for one in found.candidates)
    assert all(one.reason for one in found.candidates)


def test_what_if_not_there(host: Any, item: Any) -> None:
    targets = [host("n1", 64), host("n2"), host("n3")]
    pinned = item("a", pinned=True, candidates=frozenset({"n1", "n2"}))
    found = explain("a", [pinned], targets, forbidden=frozenset({"n1"}))
    assert found is not None
    assert found.chosen == "n2"
    assert {one.target: one.reason for one in found.candidates}["n1"] == "not_on names it"


def test_an_unknown_item_has_no_explanation(host: Any, item: Any) -> None:
    assert explain("b", [item("a")], [host("n1")]) is None


@pytest.mark.parametrize("name", ["big", "small", "app", "db", "a", "b"])
def test_whoever_has_a_place_is_explained_as_possible_there(host: Any, item: Any, name: str) -> None:
    """Also those who made room, those who got it, and those who stand together."""
    beside: dict[str, Any] = {"labels": frozenset("x")}
    items = [
        item("small", 2),
        item("other", 3, sticky=True),
        item("big", 5),
        item("app", 1, together=Rule(frozenset({"db"})), **beside),
        item("db", 2, **beside),
        item("a", together=Rule(frozenset("b")), **beside),
        item("b", together=Rule(frozenset("a")), **beside),
    ]
    targets = [host("n1", 5), host("n2", 5), *(host(f"x{n}", 4, labels=frozenset("x")) for n in (1, 2))]
    current = {"small": "n1", "other": "n2"}
    assert set(place(items, targets, current=current, settings=FAST).assignments) == {one.name for one in items}
    found = explain(name, items, targets, current=current, settings=FAST)
    assert found is not None
    assert found.candidates[0].target == found.chosen
    assert found.candidates[0].feasible
