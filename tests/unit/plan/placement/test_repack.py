# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import explain
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Rule,
    Settings,
    Target,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

FAST = Settings(exact=False)
GIB = 2**30


def tight(host: Any, item: Any) -> tuple[list[Item], list[Target]]:
    """By score a goes to n2, where most is free, and then b fits nowhere; no exchange helps."""
    return [item("a", 2, 60), item("b", 4, 40), item("c", 2, 20)], [host("n1", 5, 60), host("n2", 12, 60)]


def test_items_that_do_not_run_yet_are_placed_again_until_all_fit(host: Any, item: Any) -> None:
    found = place(*tight(host, item), settings=FAST)
    assert found.assignments == {"a": "n1", "b": "n2", "c": "n2"}
    assert found.reasons["a"] == "gave way so that more fits"
    assert not found.moved


def test_what_runs_does_not_move_for_that(host: Any, item: Any) -> None:
    """Room for "big" would be there if "data" and the sticky item went to n2; both run, so they stay."""
    items = [item("data", 3, stateless=False), item("stuck", 1, sticky=True), item("big", 8)]
    current = {"data": "n1", "stuck": "n1"}
    found = place(items, [host("n1", 10), host("n2", 5)], current=current, settings=FAST)
    assert found.assignments == current
    assert list(found.unplaced) == ["big"]


def test_a_little_too_much_leaves_only_a_little_over(host: Any, item: Any) -> None:
    """The items ask for 27 GiB of 19. Each chosen once, by score, four of them would be left over."""
    needs = [(1, 10), (4, 50), (3, 30), (1, 20), (2, 30), (3, 20), (2, 10), (4, 10), (4, 10)]
    items = [item(f"i{number}", *need) for number, need in enumerate(needs)]
    found = place(items, [host("n1", 4, 80), host("n2", 5, 160), host("n3", 10, 80)], settings=FAST)
    assert len(found.unplaced) == 2


def test_one_item_that_fits_nowhere_does_not_disturb_the_others(host: Any, item: Any) -> None:
    items = [item(f"i{number}", number) for number in range(1, 5)]
    targets = [host("n1", 10), host("n2", 8)]
    found = place([*items, item("huge", 99)], targets, settings=FAST)
    assert found.assignments == place(items, targets, settings=FAST).assignments


@pytest.mark.parametrize("seed", range(30))
def test_tight_stacks_are_placed_in_full_without_breaking_a_rule(broken_rules: Any, seed: int) -> None:
    """Cut from full machines, so there is a way; a pair that stands together or apart is among them."""
    chance = random.Random(seed)
    targets, items = [], []
    for number in range(6):
        memory, storage = chance.choice([8, 16, 32]), chance.choice([100, 400, 900])
        targets.append(Target(f"n{number}", allocatable=Amounts(memory * GIB, storage * GIB, 9000)))
        pieces = chance.randint(5, 9)
        room = Amounts(memory * GIB * 8 // 10, storage * GIB * 8 // 10)
        for piece in range(pieces):
            part = Amounts(room.memory // pieces, room.storage * (piece + 1) // (pieces * (pieces + 1) // 2))
            items.append(Item(f"i{number}-{piece}", f"i{number}-{piece}", part))
    small = Amounts(GIB // 10, GIB)
    items += [
        Item("app", "app", small, together=Rule(frozenset({"db"}))),
        Item("db", "db", small, apart=Rule(frozenset({"i0-0"}))),
    ]
    found = place(items, targets, settings=FAST)
    assert broken_rules(items, targets, found.assignments) == []
    assert not found.unplaced


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_the_new_place_is_explained(host: Any, item: Any, name: str) -> None:
    found = explain(name, *tight(host, item), settings=FAST)
    assert found is not None
    assert found.candidates[0].target == found.chosen
    assert found.candidates[0].feasible
