# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Rule,
    Settings,
    Target,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.whatif import (
    lose,
    rebalance,
    still_fits,
    survives,
)

FAST = Settings(exact=False)
GIB = 2**30


def test_a_lost_target_sends_its_items_elsewhere_and_leaves_the_others(host: Any, item: Any) -> None:
    items = [item("a", 2), item("b", 2), item("c", 2)]
    targets = [host("n1"), host("n2"), host("n3")]
    lost = lose("n1", items, targets, {"a": "n1", "b": "n1", "c": "n2"}, FAST)
    assert (lost.target, lost.unplaced, lost.bound) == ("n1", {}, ())
    assert lost.moves == {"a": "n3", "b": "n2"}


def test_what_fits_nowhere_else_is_named_with_the_reasons(host: Any, item: Any) -> None:
    lost = lose("n1", [item("a", 6), item("b", 4)], [host("n1"), host("n2")], {"a": "n1", "b": "n2"}, FAST)
    assert lost.unplaced == {"a": {"n2": "RAM: 4.0 GiB free of 8.0 GiB, needs 6.0 GiB (short by 2.0 GiB)"}}


def test_pinned_items_go_down_with_their_target_and_data_is_restored_elsewhere(host: Any, item: Any) -> None:
    items = [item("p", pinned=True, candidates=frozenset({"n1"})), item("d", volume_on="n1")]
    lost = lose("n1", items, [host("n1"), host("n2")], {"p": "n1", "d": "n1"}, FAST)
    assert (lost.bound, lost.moves, lost.unplaced) == (("p",), {"d": "n2"}, {})


def test_what_had_no_place_before_is_not_a_loss(host: Any, item: Any) -> None:
    lost = lose("n1", [item("a"), item("huge", 99)], [host("n1"), host("n2")], {"a": "n1"}, FAST)
    assert lost.unplaced == {}


def test_a_stack_survives_when_everything_fits_without_its_largest_target(host: Any, item: Any) -> None:
    items, targets = [item("a", 4), item("b", 4)], [host("n1", 16), host("n2", 8)]
    assert survives(items, targets, {"a": "n1", "b": "n2"}, FAST) is None
    lost = survives([*items, item("c", 4)], targets, {"a": "n1", "b": "n2", "c": "n1"}, FAST)
    assert lost is not None
    assert lost.target == "n1"
    assert len(lost.unplaced) == 1


def test_an_empty_target_is_not_the_one_to_lose(host: Any, item: Any) -> None:
    targets = [host("spare", 64), host("n1", 8), host("n2", 4)]
    assert survives([item("a", 8)], targets, {"a": "n1"}, FAST) is None


def test_clusters_and_lonely_targets_are_not_asked(host: Any, item: Any) -> None:
    cluster = host("k8s", 64, kind="cluster", largest=Amounts(8 * GIB))
    assert survives([item("a")], [cluster, host("n1", 1)], {"a": "k8s"}, FAST) is None
    assert survives([item("a")], [host("n1")], {"a": "n1"}, FAST) is None


def uneven(item: Any, **more: Any) -> tuple[list[Any], dict[str, str]]:
    items = [item(f"i{number}", 1, **more) for number in range(6)]
    return items, dict.fromkeys([one.name for one in items], "n1")


def test_rebalance_proposes_at_most_max_moves(host: Any, item: Any) -> None:
    items, current = uneven(item)
    targets = [host("n1"), host("n2")]
    assert len(rebalance(items, targets, current, Settings(max_moves=2))) == 2
    assert rebalance(items, targets, current, Settings(max_moves=0)) == ()


def test_rebalance_proposes_only_what_gains_the_margin(host: Any, item: Any) -> None:
    items, current = uneven(item)
    targets = [host("n1"), host("n2")]
    moves = rebalance(items, targets, current, Settings(margin=20))
    assert moves
    assert all(move.gain >= 20_000 for move in moves)
    assert rebalance(items, targets, current, Settings(margin=50)) == ()


def test_rebalance_stops_when_all_is_even(host: Any, item: Any) -> None:
    items, current = uneven(item)
    targets = [host("n1"), host("n2")]
    moves = rebalance(items, targets, current, Settings(max_moves=99, margin=1))
    after = current | {move.item: move.target for move in moves}
    assert 2 <= len(moves) <= 3
    assert rebalance(items, targets, after, Settings(max_moves=99, margin=5)) == ()


def test_rebalance_moves_stateless_items_first_then_the_greatest_gain(host: Any, item: Any) -> None:
    items = [
        item("a", 2),
        item("b", 1),
        item("data", 4, stateless=False, volume_on="n1", data=5 * GIB),
    ]
    current = dict.fromkeys(["a", "b", "data"], "n1")
    moves = rebalance(items, [host("n1", 64), host("n2", 999)], current, Settings(margin=0))
    assert [move.item for move in moves] == ["b", "a", "data"]
    assert [move.data for move in moves] == [0, 0, 5 * GIB]


@pytest.mark.parametrize("held", [{"sticky": True}, {"pinned": True}, {"candidates": frozenset({"n1"})}])
def test_rebalance_leaves_alone_what_must_not_move(host: Any, item: Any, held: dict[str, Any]) -> None:
    items, current = uneven(item, **held)
    assert rebalance(items, [host("n1"), host("n2")], current) == ()


def test_rebalance_does_not_part_what_stands_together(host: Any, item: Any) -> None:
    items = [item("a", 3), item("b", 3, together=Rule(frozenset({"a"})))]
    assert rebalance(items, [host("n1"), host("n2")], {"a": "n1", "b": "n1"}, Settings(margin=0)) == ()


def test_the_largest_item_that_still_fits_is_told_for_each_target(host: Any, item: Any) -> None:
    cluster = host("k8s", 30, kind="cluster", largest=Amounts(8 * GIB, 100 * GIB, 8000))
    targets = [host("n1", 8), cluster, host("new", None), host("off", 8, state="offline")]
    items = [item("a", 3), item("b", 1), item("c", 99)]
    placed = place(items, targets, current={"a": "n1", "b": "k8s"}, settings=FAST)
    assert still_fits(placed, items, targets) == {"k8s": 8 * GIB, "n1": 5 * GIB, "new": 0, "off": 0}


def test_room_kept_for_a_loss_is_used_when_a_machine_is_lost() -> None:
    settings = Settings(survive_one_node=True)
    targets = [Target(f"n{number}", allocatable=Amounts(4 * GIB, 100 * GIB, 16_000)) for number in range(3)]
    items = [Item(f"a{number}", f"a{number}", Amounts(GIB, 0, 100)) for number in range(8)]
    current = place(items, targets, settings=settings).assignments
    assert len(current) == 8
    assert survives(items, targets, current, settings) is None
