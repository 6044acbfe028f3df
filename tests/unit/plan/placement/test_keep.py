from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import Group, Move, Spread, place


def test_what_is_well_where_it_is_stays_although_another_node_is_better(node, app) -> None:
    placement = place([app("a")], [node("small", 4), node("large", 64)], current={"a": "small"})
    assert (placement.assignments, placement.moved) == ({"a": "small"}, ())
    assert placement.explain("a").status == "kept"


def test_a_large_newcomer_does_not_push_small_ones_out(node, app) -> None:
    quiet = [app(f"q{number}", 1) for number in range(4)]
    targets = [node("n1", 5), node("n2", 5)]
    placement = place([*quiet, app("big", 4)], targets, current={item.name: "n1" for item in quiet})
    assert placement.moved == ()
    assert placement.assignments["big"] == "n2"


STATES = [("maintenance", True), ("offline", True), ("absent", True), ("cordoned", False), ("present", False)]


@pytest.mark.parametrize(("state", "moves"), STATES, ids=[state for state, _moves in STATES])
def test_a_state_that_ends_service_moves_items_and_a_cordon_does_not(state, moves, node, app) -> None:
    items = [app("old"), app("new")]
    placement = place(items, [node("n1", 64, state=state), node("n2")], current={"old": "n1"})
    assert placement.assignments["old"] == ("n2" if moves else "n1")
    assert placement.assignments["new"] == ("n1" if state == "present" else "n2")
    assert placement.moved == ((Move("old", "n1", "n2", f"n1: is {state}"),) if moves else ())


def test_an_item_whose_node_is_gone_moves(node, app) -> None:
    placement = place([app("a")], [node("n2")], current={"a": "n1"})
    assert placement.moved == (Move("a", "n1", "n2", "n1 is gone"),)
    assert placement.explain("a").reason == "n1 is gone"


def test_an_item_that_the_spec_sends_elsewhere_moves(node, app) -> None:
    targets = [node("n1"), node("n2")]
    pinned = app("p", pinned=True, runs_on=frozenset({"n2"}))
    placement = place([app("a", not_on=frozenset({"n1"})), pinned], targets, current={"a": "n1", "p": "n1"})
    assert [(move.item, move.reason) for move in placement.moved] == [
        ("a", "n1: not_on names it"),
        ("p", "n1: runs_on names only n2"),
    ]


def test_a_node_that_shrank_sends_away_as_few_as_possible(node, app) -> None:
    items = [app("a", 0.5), app("b", 1), app("c", 1.5), app("d", 3)]
    placement = place(items, [node("n1", 5), node("n2", 8)], current=dict.fromkeys("abcd", "n1"))
    assert [move.item for move in placement.moved] == ["b"]
    assert placement.moved[0].reason.startswith("n1: RAM: ")


def test_without_data_moves_before_with_data_and_sticky_moves_last(node, app) -> None:
    items = [app("data", 1, stateful=True), app("glued", 1, sticky=True), app("free", 2)]
    placement = place(items, [node("n1", 3.5), node("n2", 8)], current=dict.fromkeys(("data", "glued", "free"), "n1"))
    assert [move.item for move in placement.moved] == ["free"]
    placement = place(items, [node("n1", 1.5), node("n2", 8)], current=dict.fromkeys(("data", "glued", "free"), "n1"))
    assert placement.assignments == {"data": "n2", "free": "n2", "glued": "n1"}


def test_items_that_ask_nothing_of_what_is_short_stay(node, app) -> None:
    items = [app("tiny", 0, 1), app("heavy", 4)]
    placement = place(items, [node("n1", 3), node("n2")], current={"tiny": "n1", "heavy": "n1"})
    assert [move.item for move in placement.moved] == ["heavy"]


def test_a_pinned_newcomer_sends_somebody_else_away(node, app) -> None:
    items = [app("old", 3), app("pinned", 3, pinned=True, runs_on=frozenset({"n1"}))]
    placement = place(items, [node("n1", 4), node("n2", 4)], current={"old": "n1"})
    assert placement.assignments == {"old": "n2", "pinned": "n1"}


def test_a_fair_spread_stays_as_it_is(node, app) -> None:
    items = [app(f"a{number}", 0.5, service="a", spread=Spread()) for number in range(4)]
    current = {"a0": "n1", "a1": "n1", "a2": "n2", "a3": "n2"}
    assert place(items, [node("n1"), node("n2", 64)], current=current).moved == ()


def test_a_new_domain_takes_only_as_many_as_the_skew_demands(node, app) -> None:
    items = [app(f"a{number}", 0.5, service="a", spread=Spread()) for number in range(4)]
    current = {"a0": "n1", "a1": "n1", "a2": "n2", "a3": "n2"}
    placement = place(items, [node("n1"), node("n2"), node("n3", 64)], current=current)
    assert [(move.source, move.target) for move in placement.moved] == [("n1", "n3")]


def test_of_two_that_must_part_now_the_more_easily_moved_goes(node, app) -> None:
    items = [app("db", 2, stateful=True), app("loud", 3, apart=Group(frozenset({"db"})))]
    placement = place(items, [node("n1"), node("n2")], current={"db": "n1", "loud": "n1"})
    assert [(move.item, move.reason) for move in placement.moved] == [
        ("loud", "n1: has to stand apart from db, which is here")
    ]


def test_followers_go_along(node, app) -> None:
    items = [app("db", 2), app("app", 1, with_=Group(frozenset({"db"}))), app("other")]
    targets = [node("n1", state="maintenance"), node("n2", 4), node("n3", 3.5)]
    placement = place(items, targets, current={"db": "n1", "app": "n1", "other": "n3"})
    assert placement.assignments == {"app": "n2", "db": "n2", "other": "n3"}
    placement = place(items, [node("n2", 4), node("n3", 8)], current={"db": "n1", "app": "n2", "other": "n3"})
    assert placement.assignments["db"] == placement.assignments["app"]


def test_two_items_on_one_port_part(node, app) -> None:
    items = [app(name, host_ports=frozenset({"53/udp"})) for name in ("a", "b")]
    placement = place(items, [node("n1"), node("n2")], current={"a": "n1", "b": "n1"})
    assert Counter(placement.assignments.values()) == {"n1": 1, "n2": 1}
    assert len(placement.moved) == 1


def test_data_on_a_node_in_maintenance_waits_for_it(node, app) -> None:
    placement = place([app("a", data_on="n1")], [node("n1", state="maintenance"), node("n2")], current={"a": "n1"})
    assert placement.unplaced["a"].nodes == {"n1": "is maintenance", "n2": "its data is on n1"}


def test_a_lost_node_moves_only_what_was_on_it(node, app) -> None:
    targets = [node(f"n{number}", 8) for number in range(10)]
    items = [app(f"a{number}", 0.25 + number % 5 / 4) for number in range(60)]
    before = place(items, targets)
    lost = {name for name, target in before.assignments.items() if target == "n3"}
    after = place(items, [replace(targets[3], state="offline"), *targets[:3], *targets[4:]], current=before.assignments)
    assert lost == {move.item for move in after.moved}
    assert place(items, targets, current=after.assignments).moved == ()
