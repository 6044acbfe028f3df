# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

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
FAST = Settings(exact=False)


def home(seed: int, nodes: int = 10) -> tuple[list[Item], list[Target]]:
    """Mixed machines that are about 60 % full."""
    chance = random.Random(seed)
    targets = [
        Target(
            f"n{number}",
            allocatable=Amounts(chance.choice([4, 8, 16, 32]) * GIB, 500 * GIB, 32_000),
            capability=chance.choice([2000, 4000, 8000]),
            load=chance.randint(100, 500),
            reliability=1000,
        )
        for number in range(nodes)
    ]
    items: list[Item] = []
    room = sum(target.allocatable.memory for target in targets if target.allocatable) * 6 // 10
    while room > 0:
        memory = chance.choice([128, 256, 512, 1024, 2048]) * 2**20
        items.append(Item(f"i{len(items)}", f"i{len(items)}", Amounts(memory, chance.randint(0, 9) * GIB, 100)))
        room -= memory
    return items, targets


@pytest.mark.parametrize("seed", range(5))
def test_load_alone_never_moves_anything(seed: int) -> None:
    items, targets = home(seed)
    before = place(items, targets, settings=FAST)
    noise = [replace(target, load=1000 - (target.load or 0), reliability=500) for target in targets]
    assert place(items, noise, current=before.assignments, settings=FAST).assignments == before.assignments


@pytest.mark.parametrize("seed", range(5))
def test_one_more_item_moves_nothing(seed: int) -> None:
    items, targets = home(seed)
    before = place(items, targets, settings=FAST)
    after = place([*items, Item("new", "new", Amounts(GIB))], targets, current=before.assignments, settings=FAST)
    assert not after.moved
    assert "new" in after.assignments


@pytest.mark.parametrize("seed", range(5))
def test_when_a_target_is_lost_only_its_items_move(seed: int) -> None:
    items, targets = home(seed)
    before = place(items, targets, settings=FAST)
    after = place(items, targets[1:], current=before.assignments, settings=FAST)
    assert set(after.moved) == {name for name, target in before.assignments.items() if target == "n0"}
    assert {after.reasons[name] for name in after.moved} == {"n0: is gone"}


def test_better_targets_do_not_draw_items_away(host: Any, item: Any) -> None:
    found = place([item("a")], [host("n1", 2), host("n2", 64)], current={"a": "n1"})
    assert found.assignments == {"a": "n1"}
    assert found.verdicts == {"a": "kept"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "maintenance"}, "n1: is in maintenance"),
        ({"taints": frozenset({"backup"})}, "n1: is tainted backup"),
        ({"allocatable": Amounts(GIB)}, "n1: RAM: 1.0 GiB free of 1.0 GiB, needs 2.0 GiB (short by 1.0 GiB)"),
        ({"allocatable": None}, "n1: its size is not known"),
    ],
)
def test_an_item_moves_when_its_target_will_not_do_any_more(
    host: Any, item: Any, change: dict[str, Any], reason: str
) -> None:
    targets = [replace(host("n1"), **change), host("n2")]
    found = place([item("a", 2)], targets, current={"a": "n1"})
    assert (found.assignments, found.moved) == ({"a": "n2"}, ("a",))
    assert found.reasons == {"a": reason}


def test_a_pinned_newcomer_takes_the_room_and_the_others_give_way(host: Any, item: Any) -> None:
    pinned = item("p", 6, pinned=True, candidates=frozenset({"n1"}))
    found = place([item("a", 4), pinned], [host("n1"), host("n2")], current={"a": "n1"})
    assert found.assignments == {"a": "n2", "p": "n1"}


def test_two_instances_on_each_of_two_targets_stay_though_the_first_two_share_one(host: Any, item: Any) -> None:
    """Counted one by one the second would make n1 uneven; counted together all is even."""
    items = [item(f"web-{number}", 1, spread=Spread(max_skew=1)) for number in range(4)]
    current = {"web-0": "n1", "web-1": "n1", "web-2": "n2", "web-3": "n2"}
    assert place(items, [host("n1"), host("n2")], current=current).assignments == current


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_a_new_rule_moves_the_one_who_has_it_whoever_comes_first_by_name(host: Any, item: Any, names: Any) -> None:
    owner, other = names
    items = [item(owner, apart=Rule(frozenset({other}))), item(other)]
    found = place(items, [host("n1"), host("n2")], current={"a": "n1", "b": "n1"})
    assert found.assignments == {owner: "n2", other: "n1"}
    items = [item(owner, together=Rule(frozenset({other}))), item(other)]
    found = place(items, [host("n1"), host("n2")], current={owner: "n1", other: "n2"})
    assert found.assignments == {"a": "n2", "b": "n2"}
    assert found.reasons == {owner: f"n1: {other} runs elsewhere"}


def test_items_that_are_gone_from_the_stack_are_forgotten(host: Any, item: Any) -> None:
    found = place([item("a")], [host("n1")], current={"a": "n1", "old": "n1"})
    assert found.assignments == {"a": "n1"}
