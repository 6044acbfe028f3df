# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Settings, Spread
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

FAST = Settings(exact=False)


def crowded(host: Any, item: Any, **small: Any) -> Any:
    """Two half-full targets: "big" fits only when "small" goes from one to the other."""
    items = [item("small", 2, **small), item("other", 3, sticky=True), item("big", 5)]
    return place(items, [host("n1", 5), host("n2", 5)], current={"small": "n1", "other": "n2"}, settings=FAST)


def test_a_small_item_makes_room_for_a_large_one(host: Any, item: Any) -> None:
    found = crowded(host, item)
    assert found.assignments == {"big": "n1", "other": "n2", "small": "n2"}
    assert found.moved == ("small",)
    assert found.reasons["small"] == "made room for big"


@pytest.mark.parametrize(
    "held",
    [{"sticky": True}, {"stateless": False}, {"volume_on": "n1"}, {"pinned": True, "candidates": frozenset({"n1"})}],
)
def test_nobody_makes_room_who_is_sticky_or_pinned_or_has_data(host: Any, item: Any, held: dict[str, Any]) -> None:
    found = crowded(host, item, **held)
    assert found.assignments == {"other": "n2", "small": "n1"}
    assert list(found.unplaced) == ["big"]


def test_two_small_items_make_room_when_one_is_not_enough(host: Any, item: Any) -> None:
    items = [item("a", 1), item("b", 1), item("big", 6)]
    found = place(items, [host("n1", 6), host("n2", 2)], current={"a": "n1", "b": "n1"}, settings=FAST)
    assert found.assignments == {"a": "n2", "b": "n2", "big": "n1"}


def test_who_makes_room_keeps_to_its_own_rules(host: Any, item: Any) -> None:
    small = {"candidates": frozenset({"n1"})}
    assert list(crowded(host, item, **small).unplaced) == ["big"]
    assert list(crowded(host, item, refused=frozenset({"n2"})).unplaced) == ["big"]


def test_a_pinned_item_without_room_is_not_helped(host: Any, item: Any) -> None:
    pinned = [item(name, 4, pinned=True, candidates=frozenset({"n1"})) for name in "ab"]
    found = place(pinned, [host("n1", 6), host("n2", 6)], settings=FAST)
    assert found.assignments == {"a": "n1"}
    assert found.unplaced["b"]["n2"] == "runs_on does not name it"


def test_nothing_changes_when_no_exchange_helps(host: Any, item: Any) -> None:
    items = [item("a", 3), item("b", 3), item("big", 5)]
    current = {"a": "n1", "b": "n2"}
    found = place(items, [host("n1", 5), host("n2", 5)], current=current, settings=FAST)
    assert found.assignments == current
    assert not found.reasons


def test_storage_counts_as_room_too(host: Any, item: Any) -> None:
    items = [item("small", 1, 10), item("big", 1, 95)]
    found = place(items, [host("n1", 8, 100), host("n2", 8, 50)], current={"small": "n1"}, settings=FAST)
    assert found.assignments == {"big": "n1", "small": "n2"}


def test_instances_that_are_spread_stay_even_when_one_makes_room(host: Any, item: Any, broken_rules: Any) -> None:
    items = [*(item(f"web-{number}", 1, spread=Spread()) for number in range(2)), item("big", 4)]
    targets = [host("n1", 4), host("n2", 4), host("n3", 1)]
    found = place(items, targets, current={"web-0": "n1", "web-1": "n2"}, settings=FAST)
    assert "big" in found.assignments
    assert broken_rules(items, targets, found.assignments) == []


def test_hundreds_that_fit_nowhere_are_told_so_without_trying_everything(host: Any, item: Any) -> None:
    items = [item(f"i{number}", 3) for number in range(400)]
    found = place(items, [host(f"n{number}", 8) for number in range(20)], settings=FAST)
    assert (len(found.assignments), len(found.unplaced)) == (40, 360)
