"""A decision as a table: one row a target, sums that add up, and words that say what to do."""

from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import Explanation, explain
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Amounts, Item, Target
from ansible_collections.kombify.stack.plugins.module_utils.render.explain import (
    DecisionTable,
    decision_data,
    decision_table,
)

GIB = 2**30
TARGETS = [
    Target("mini", allocatable=Amounts(32 * GIB, 500 * GIB, 32000), capability=8000, load=40, reliability=1000),
    Target("nas", allocatable=Amounts(16 * GIB, 4000 * GIB, 16000), capability=4000),
    Target("pi", allocatable=Amounts(1 * GIB, 20 * GIB, 16000), capability=4000),
    Target(
        "k8s",
        kind="cluster",
        allocatable=Amounts(64 * GIB, 100 * GIB, 64000),
        largest=Amounts(32 * GIB, 50 * GIB, 8000),
    ),
    Target("new"),
]
ITEM = Item("app", "app", Amounts(2 * GIB, 50 * GIB, 1000), candidates=frozenset({"mini", "nas", "pi"}))


def decision(item: Item = ITEM, **named: object) -> Explanation:
    found = explain(item.name, [item], TARGETS, **named)  # type: ignore[arg-type]
    assert found is not None
    return found


def shown(found: Explanation) -> DecisionTable:
    return decision_table(found, {target.name: target for target in TARGETS})


def row(table: DecisionTable, name: str) -> tuple[str, ...]:
    return next(row for row in table.rows if row[0] == name)


def test_there_is_a_row_for_every_target_the_chosen_one_first() -> None:
    table = shown(decision())
    assert {row[0] for row in table.rows} == {"mini", "nas", "pi", "k8s (cluster)", "new"}
    assert [row[1] for row in table.rows][:2] == ["chosen", "possible"]


def test_the_points_of_a_row_add_up_to_its_total() -> None:
    for one in shown(decision()).rows[:2]:
        assert abs(sum(float(points) for points in one[2:7]) - float(one[7])) <= 0.25


def test_the_words_say_what_stays_free_and_what_is_worse() -> None:
    table = shown(decision())
    assert row(table, "mini")[-1] == "30.0 of 32.0 GiB RAM and 450.0 of 500.0 GiB disk stay free"
    assert row(table, "nas")[-1].endswith("slower CPU (4 cores against 8); load and uptime assumed")
    assert row(table, "pi")[1:] == (
        "no room",
        *"------",
        "RAM: 1.0 GiB free of 1.0 GiB, needs 2.0 GiB (short by 1.0 GiB)",
    )


def test_the_headline_says_what_was_decided() -> None:
    assert shown(decision()).headline.startswith("app -> mini   ")
    assert shown(decision()).headline.endswith("(new placement; needs 2.0 GiB RAM, 50.0 GiB disk, 1 core)")
    kept = shown(decision(current={"app": "nas"})).headline
    assert "app -> nas" in kept
    assert "stays where it is" in kept


def test_another_node_is_offered_when_there_is_one() -> None:
    assert shown(decision()).footer == ("To force it elsewhere:  services.app.runs_on: nas",)
    alone = Item("app", "app", ITEM.requests, candidates=frozenset({"mini"}))
    assert shown(decision(alone)).footer == ()


def test_a_cluster_has_no_points_because_kubernetes_chooses() -> None:
    inside = Item("app", "app", ITEM.requests, candidates=frozenset({"k8s"}))
    table = shown(decision(inside))
    assert "cluster k8s" in table.headline
    expected = ("chosen", *"------", "62.0 of 64.0 GiB RAM and 50.0 of 100.0 GiB disk stay free")
    assert row(table, "k8s (cluster)")[1:] == expected


@pytest.mark.parametrize(
    ("candidates", "words"),
    [({"pi"}, "app has no place"), ({"new"}, "app waits: it gets a place when sizes are known")],
)
def test_without_a_place_the_headline_says_so(candidates: set[str], words: str) -> None:
    item = Item("app", "app", ITEM.requests, candidates=frozenset(candidates))
    assert shown(decision(item)).headline.startswith(words)


def test_data_has_the_same_numbers() -> None:
    data = decision_data(decision())
    assert data["chosen"] == "mini"
    assert len(data["candidates"]) == len(TARGETS)
    assert sum(data["rejected"].values()) + sum(one["feasible"] for one in data["candidates"]) == len(TARGETS)
    best = data["candidates"][0]
    assert best["total"] == pytest.approx(sum(factor["points"] for factor in best["factors"].values()))
    assert best["needs"] == {"memory": 2 * GIB, "storage": 50 * GIB, "cpu": 1000}
