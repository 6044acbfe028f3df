from __future__ import annotations

import json

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import Settings, place

GIB = 2**30


def test_an_explanation_as_data_has_the_promised_fields(node, app) -> None:
    targets = [node("mini", 8, 100, 4, load=100, reliability=1000), node("pi", 1, 100, 4)]
    placement = place([app("a", 2, 10, 1)], targets, settings=Settings(facts_hash="7c1e"))
    full = {"value": 1.0, "weight": 15, "points": 15.0, "assumed": False}
    assert placement.explain("a").as_dict() == {
        "item": "a",
        "chosen": "mini",
        "status": "new",
        "reason": "the only possible node",
        "facts_hash": "7c1e",
        "weights": {"ram": 40, "disk": 30, "cpu": 15, "load": 10, "reliability": 5},
        "candidates": [
            {
                "node": "mini",
                "feasible": True,
                "rejected_by": None,
                "needs": {"memory": 2 * GIB, "storage": 10 * GIB, "cpu": 1000},
                "has": {"memory": 8 * GIB, "storage": 100 * GIB, "cpu": 16000},
                "short_by": {},
                "factors": {
                    "ram": {"value": 0.75, "weight": 40, "points": 30.0, "assumed": False},
                    "disk": {"value": 0.9, "weight": 30, "points": 27.0, "assumed": False},
                    "cpu": full,
                    "load": {"value": 0.9, "weight": 10, "points": 9.0, "assumed": False},
                    "reliability": {"value": 1.0, "weight": 5, "points": 5.0, "assumed": False},
                },
                "soft": [],
                "total": 86.0,
                "why": "6.0 of 8.0 GiB RAM and 90.0 of 100.0 GiB disk stay free",
            },
            {
                "node": "pi",
                "feasible": False,
                "rejected_by": "room",
                "needs": {"memory": 2 * GIB, "storage": 10 * GIB, "cpu": 1000},
                "has": {"memory": GIB, "storage": 100 * GIB, "cpu": 16000},
                "short_by": {"memory": GIB},
                "factors": {},
                "soft": [],
                "total": None,
                "why": "RAM: 1.0 GiB free of 1.0 GiB, needs 2.0 GiB (short by 1.0 GiB)",
            },
        ],
    }


def test_an_explanation_is_plain_json(node, app) -> None:
    targets = [node("n", labels={"gpu": "yes"}), node("m", state="offline", taints=frozenset({"x"}))]
    explanation = place([app("a", labels={"gpu": "yes"})], targets).explain("a").as_dict()
    assert json.loads(json.dumps(explanation)) == explanation


def test_a_new_item_is_explained_as_things_were_when_it_was_placed(node, app) -> None:
    placement = place([app("first", 6), app("second", 1)], [node("n1", 16), node("n2", 8)])
    row = placement.explain("first").candidates[0]
    assert (row.node, row.has["memory"], placement.explain("first").chosen) == ("n1", 16 * GIB, "n1")
    assert placement.explain("second").candidates[0].has["memory"] == 10 * GIB


def test_the_chosen_node_of_a_new_item_has_the_highest_total(node, app) -> None:
    items = [app(f"a{number}", 0.5 + number / 8, number) for number in range(12)]
    placement = place(items, [node(f"n{number}", 8 + 4 * number) for number in range(4)])
    for item in items:
        explanation = placement.explain(item.name)
        best = max((row for row in explanation.candidates if row.feasible), key=lambda row: row.total)
        assert explanation.chosen == best.node
        assert explanation.reason == "highest score of 4 possible nodes"


def test_what_stays_is_explained_with_everything_else_in_place(node, app) -> None:
    placement = place([app("old", 2), app("new", 3)], [node("n1", 8), node("n2", 4)], current={"old": "n1"})
    explanation = placement.explain("old")
    assert (explanation.status, explanation.reason) == ("kept", "it stays where it is")
    assert [row.has["memory"] // GIB for row in explanation.candidates] == [5, 4]


def test_explain_without_a_node_says_where_it_would_go(node, app) -> None:
    placement = place([app("a")], [node("large", 64), node("medium", 16), node("small", 2)])
    assert placement.explain("a").chosen == "large"
    other = placement.explain("a", without={"large"})
    assert (other.chosen, other.candidates[0].why) == ("medium", "not_on names it")
    nowhere = placement.explain("a", without={"large", "medium", "small"})
    assert (nowhere.chosen, nowhere.status, nowhere.counts) == (None, "unplaced", {"runs_on": 3})


def test_an_unplaced_item_counts_its_refusals(node, app) -> None:
    targets = [node("n1", 1), node("n2", 1), node("n3", state="offline")]
    placement = place([app("a", 2)], targets)
    assert placement.explain("a").reason == "none of 3 nodes is possible: refused 2 by room, 1 by state"
    assert placement.unplaced["a"].nodes["n3"] == "is offline"


def test_without_any_node_the_reason_says_so(app) -> None:
    assert place([app("a")], []).explain("a").reason == "there are no nodes"


def test_a_pinned_item_says_that_the_spec_wants_it_there(node, app) -> None:
    pinned = app("a", pinned=True, runs_on=frozenset({"n2"}))
    explanation = place([pinned], [node("n1", 64), node("n2")]).explain("a")
    assert (explanation.chosen, explanation.reason) == ("n2", "the spec says so")


def test_an_unknown_item_is_a_key_error(node, app) -> None:
    with pytest.raises(KeyError):
        place([app("a")], [node("n")]).explain("b")


@pytest.mark.parametrize("thousandths", [0.5, 1, 2.25], ids=str)
def test_cores_are_written_as_people_say_them(thousandths, node, app) -> None:
    placement = place([app("a", 1, 1, thousandths)], [node("n", cores=0.025)])
    texts = {0.5: "needs 500m (short by 400m)", 1: "needs 1 core (short by 900m)", 2.25: "needs 2250m (short by 2150m)"}
    assert placement.unplaced["a"].nodes["n"] == f"CPU: 100m free of 100m, {texts[thousandths]}"
