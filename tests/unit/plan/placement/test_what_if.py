from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import (
    BadQuestion,
    Proposal,
    Relocation,
    Settings,
    lose,
    place,
    rebalance,
    totals,
    worst_loss,
)

GIB = 2**30


@pytest.fixture
def crowd(node, app):
    """Everything on the small node, the large one empty."""

    def make(**settings):
        items = [
            app("web", 1),
            app("api", 1.5),
            app("db", 2, 20, stateful=True, move=True),
            app("glued", 2, sticky=True),
        ]
        current = {item.name: "small" for item in items}
        return place(items, [node("small", 8), node("large", 64)], current=current, settings=Settings(**settings))

    return make


def test_a_rebalance_proposes_the_best_moves_without_data_first(crowd) -> None:
    proposals = rebalance(crowd())
    assert [(move.item, move.source, move.target) for move in proposals] == [
        ("web", "small", "large"),
        ("api", "small", "large"),
        ("db", "small", "large"),
    ]
    assert [move.data for move in proposals] == [0, 0, 20 * GIB]
    assert all(move.gain >= 10_000 for move in proposals)


def test_a_rebalance_estimates_how_long_data_takes(crowd) -> None:
    assert rebalance(crowd(transfer=GIB))[-1].seconds == 20


def test_a_rebalance_stops_at_its_limits(crowd) -> None:
    assert len(rebalance(crowd(max_moves=1))) == 1
    assert rebalance(crowd(max_moves=0)) == rebalance(crowd(margin=90)) == ()


def test_a_rebalance_changes_nothing_and_its_gain_is_true(crowd) -> None:
    placement = crowd(max_moves=1)
    (proposal,) = rebalance(placement)
    assert set(placement.assignments.values()) == {"small"}
    rows = {row.node: row.total for row in placement.explain("web").candidates}
    assert proposal == Proposal("web", "small", "large", rows["large"] - rows["small"], 0, 0)


def test_a_balanced_stack_has_nothing_to_propose(node, app) -> None:
    items = [app(f"a{number}", 0.5) for number in range(20)]
    assert rebalance(place(items, [node("n1"), node("n2")])) == ()


def test_data_that_may_not_move_is_never_proposed(node, app) -> None:
    fixed = app("db", 3, 5, stateful=True, data_on="small")
    placement = place([fixed], [node("small", 4), node("large", 64)], current={"db": "small"})
    assert rebalance(placement) == ()


def test_losing_a_node_says_what_goes_where_and_what_would_not_fit(node, app) -> None:
    items = [
        app("web", 1),
        app("db", 2, 5, stateful=True, data_on="n1"),
        app("big", 4.5),
        app("camera", 1, pinned=True, runs_on=frozenset({"n1"})),
        app("other", 5),
    ]
    current = {"web": "n1", "db": "n1", "big": "n1", "camera": "n1", "other": "n2"}
    placement = place(items, [node("n1", 10), node("n2", 9)], current=current)
    loss = lose(placement, {"n1"})
    assert loss.lost == ("n1",)
    assert loss.moves == (Relocation("db", "n1", "n2", restore=True), Relocation("web", "n1", "n2", restore=False))
    assert set(loss.unplaced) == {"big", "camera"}
    assert loss.unplaced["camera"].nodes == {"n1": "is offline", "n2": "runs_on names only n1"}
    assert placement.assignments["web"] == "n1"


def test_losing_a_node_moves_nobody_else(node, app) -> None:
    items = [app(f"a{number}", 0.75) for number in range(24)]
    placement = place(items, [node(f"n{number}", 8) for number in range(4)])
    loss = lose(placement, {"n0", "n2"})
    assert {move.source for move in loss.moves} == {"n0", "n2"}


def test_losing_an_unknown_node_is_refused(crowd) -> None:
    with pytest.raises(BadQuestion, match="there is no target named 'lagre' to lose"):
        lose(crowd(), {"lagre"})


def test_the_worst_loss_is_the_one_that_leaves_most_without_a_place(node, app) -> None:
    items = [app("a", 3), app("b", 3), app("c", 1)]
    tight = place(items, [node("n1", 4), node("n2", 4)])
    loss = worst_loss(tight)
    assert loss is not None
    assert len(loss.unplaced) == 1
    roomy = worst_loss(place(items, [node("n1", 8), node("n2", 8)]))
    assert roomy is not None
    assert roomy.unplaced == {}


def test_where_nothing_is_placed_nothing_can_be_lost(node) -> None:
    assert worst_loss(place([], [node("n")])) is None


def test_totals_add_up_per_scope(node, app, amounts) -> None:
    targets = [
        node("n1", 8, 100, 4, site="hq", labels={"rack": "a"}),
        node("n2", 16, 100, 4, site="hq"),
        node("n3", unknown=True, site="shop", labels={"rack": "b"}),
        node("n4", 64, site="hq", state="offline"),
    ]
    placement = place([app("a", 4, 10, 1, runs_on=frozenset({"n2"}))], targets)
    (stack,) = totals(placement)
    assert (stack.scope, stack.targets, stack.unknown) == ("stack", 3, 1)
    assert (stack.allocatable, stack.used, stack.free) == (
        amounts(24, 200, 32),
        amounts(4, 10, 1),
        amounts(20, 190, 31),
    )
    assert (stack.largest, stack.largest_on) == (amounts(12, 90, 15), "n2")
    assert [row.scope for row in totals(placement, by="site")] == ["hq", "shop"]
    assert [row.scope for row in totals(placement, by="label:rack")] == ["a", "b"]
    assert [row.scope for row in totals(placement, by="target")] == ["n1", "n2", "n3"]
    assert totals(placement, by="site")[1].largest is None


def test_an_item_of_the_largest_size_really_fits_and_a_larger_one_does_not(node, app, amounts) -> None:
    cluster = node("k8s", 40, 400, 40, kind="cluster", largest=amounts(12, 90, 14))
    items = [app("a", 4, stateful=True), app("b", 3, stateful=True)]
    for targets in ([node("n1", 8), node("n2", 16)], [cluster, node("n1", 8)]):
        before = place(items, targets)
        (row,) = totals(before)
        gib = row.largest.memory / GIB
        for extra, fits in ((0, True), (0.001, False)):
            more = place([*items, app("x", gib + extra)], targets, current=before.assignments)
            assert ("x" in more.assignments) is fits


def test_totals_by_something_unknown_are_refused(crowd) -> None:
    with pytest.raises(BadQuestion, match="cannot add up by 'rack': write stack, site, target or label:KEY"):
        totals(crowd(), by="rack")


def test_two_things_of_one_name_are_refused(node, app) -> None:
    with pytest.raises(BadQuestion, match="two items are named 'a'"):
        place([app("a"), app("a")], [])
    with pytest.raises(BadQuestion, match="two targets are named 'n'"):
        place([], [node("n"), node("n")])
    with pytest.raises(BadQuestion, match="'a' requests less than nothing"):
        place([app("a", -1)], [])
