"""The N+1 rule: policies.capacity: survive-one-node."""

from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import Settings, lose, place

CAREFUL = Settings(survive_one_node=True)


def test_the_rule_leaves_room_for_the_largest_node_that_is_used(node, app) -> None:
    items = [app(f"a{number}", 1) for number in range(12)]
    targets = [node("n1", 4), node("n2", 4), node("n3", 4)]
    assert len(place(items, targets).assignments) == 12
    careful = place(items, targets, settings=CAREFUL)
    assert len(careful.assignments) == 8
    assert all(not lose(careful, {target.name}).unplaced for target in targets)


def test_the_reason_says_how_much_is_missing(node, app) -> None:
    placement = place([app("a", 3), app("b", 3)], [node("n1", 4), node("n2", 4)], settings=CAREFUL)
    row = {row.node: row for row in placement.explain("b").candidates}
    assert {name: found.rejected_by for name, found in row.items()} == {"n1": "room", "n2": "survive"}
    assert row["n2"].why == "no room would be left to lose one node (RAM short by 2.0 GiB)"


def test_a_single_node_can_never_be_lost(node, app) -> None:
    assert place([app("a", 1)], [node("n")], settings=CAREFUL).assignments == {}


def test_items_that_no_other_node_may_take_do_not_need_room_elsewhere(node, app) -> None:
    pinned = app("a", 3, pinned=True, runs_on=frozenset({"n1"}))
    assert place([pinned], [node("n1", 4), node("n2", 1)], settings=CAREFUL).assignments == {"a": "n1"}


@pytest.mark.parametrize("other", [{"site": "shop"}, {"kind": "cluster"}, {"state": "cordoned"}])
def test_only_nodes_of_the_same_site_and_kind_in_service_stand_in(other, node, app) -> None:
    targets = [node("n1", 4, site="hq"), node("n2", 64, **{"site": "hq", **other})]
    item = app("a", 1, runs_on=frozenset({"n1"}) | frozenset({"n3"}))
    assert place([item], targets, settings=CAREFUL).assignments == {}


def test_the_rule_moves_nobody_who_is_there_already(node, app) -> None:
    items = [app("a", 3), app("b", 3)]
    current = {"a": "n1", "b": "n2"}
    placement = place(items, [node("n1", 4), node("n2", 4)], current=current, settings=CAREFUL)
    assert (placement.assignments, placement.moved) == (current, ())
    assert placement.explain("a").chosen == "n1"


def test_a_resource_that_is_not_enforced_does_not_count(node, app) -> None:
    items = [app("a", 1, cores=3), app("b", 1, cores=3)]
    targets = [node("n1", 8, cores=1), node("n2", 8, cores=1)]
    assert len(place(items, targets, settings=CAREFUL).assignments) == 1
    memory = Settings(survive_one_node=True, enforce=frozenset({"memory"}))
    assert len(place(items, targets, settings=memory).assignments) == 2
