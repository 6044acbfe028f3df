from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import (
    Group,
    Settings,
    Spread,
    Weights,
    place,
)


def rows(placement, item):
    return {row["node"]: row for row in placement.explain(item).as_dict()["candidates"]}


@pytest.fixture
def home(node):
    """The nodes of the design's example: mini 31.5 GiB and 8 cores, nas half of that, pi 3.5 GiB."""
    return [
        node("mini", 31.5, 512, 8, load=60, reliability=990),
        node("nas", 15.5, 512, 4, speed=772, load=220, reliability=1000),
        node("pi", 3.5, 64, 4, load=100, reliability=1000),
    ]


def test_the_example_of_the_design_scores_86_07(home, app) -> None:
    others = [
        app("old", 2, 90, 0.1, runs_on=frozenset({"mini"}), pinned=True),
        app("old-nas", 3, 152, 0.1, runs_on=frozenset({"nas"}), pinned=True),
        app("old-pi", 2.9, 10, 0.1, runs_on=frozenset({"pi"}), pinned=True),
    ]
    placement = place([*others, app("uptime-kuma", 2, 50, 1)], home)
    mini, nas, pi = (rows(placement, "uptime-kuma")[name] for name in ("mini", "nas", "pi"))
    points = {
        name: [factor["points"] for factor in row["factors"].values()] for name, row in (("mini", mini), ("nas", nas))
    }
    assert points == {"mini": [34.9, 21.8, 15.0, 9.4, 5.0], "nas": [27.1, 18.2, 5.8, 7.8, 5.0]}
    assert (mini["total"], nas["total"]) == (86.07, 63.85)
    assert mini["why"] == "27.5 of 31.5 GiB RAM and 372.0 of 512.0 GiB disk stay free"
    assert pi["why"] == "RAM: 614.4 MiB free of 3.5 GiB, needs 2.0 GiB (short by 1.4 GiB)"


def test_available_storage_of_an_item_without_volumes_counts_with_nothing_taken(node, app) -> None:
    row = rows(place([app("a", memory=2, storage=0)], [node("n", 8, 100)]), "a")["n"]
    assert row["factors"]["disk"] == {"value": 1.0, "weight": 30, "points": 30.0, "assumed": False}
    assert row["factors"]["ram"] == {"value": 0.75, "weight": 40, "points": 30.0, "assumed": False}


def test_load_is_the_worse_of_what_is_measured_and_what_is_promised(node, app) -> None:
    targets = [node("busy", cores=4, load=700), node("idle", cores=4, load=0)]
    found = rows(place([app("a", cores=8)], targets), "a")
    assert (found["busy"]["factors"]["load"]["value"], found["idle"]["factors"]["load"]["value"]) == (0.3, 0.5)


def test_capability_is_cores_times_speed_as_share_of_the_best(node, app) -> None:
    found = rows(
        place([app("a")], [node("slow", cores=8), node("fast", cores=8, speed=2000), node("few", cores=2)]), "a"
    )
    assert [found[name]["factors"]["cpu"]["points"] for name in ("slow", "fast", "few")] == [7.5, 15.0, 1.9]


def test_a_cluster_counts_with_the_cores_of_one_machine(node, app) -> None:
    machine_has_4 = replace(node("k8s", kind="cluster", cores=40), cores=4)
    found = rows(place([app("a")], [machine_has_4, node("n", cores=8)]), "a")
    assert [found[name]["factors"]["cpu"]["value"] for name in ("k8s", "n")] == [0.5, 1.0]


def test_missing_load_and_reliability_are_the_median_of_the_known_and_say_so(node, app) -> None:
    targets = [
        node("a", load=100, reliability=1000),
        node("b", load=500, reliability=800),
        node("c", load=300, reliability=900),
        node("d"),
    ]
    factors = rows(place([app("x", cores=0)], targets), "x")["d"]["factors"]
    assert factors["load"] == {"value": 0.7, "weight": 10, "points": 7.0, "assumed": True}
    assert factors["reliability"] == {"value": 0.9, "weight": 5, "points": 4.5, "assumed": True}
    assert rows(place([app("x")], targets), "x")["c"]["factors"]["load"]["assumed"] is False


def test_where_nobody_knows_load_or_reliability_nodes_count_as_idle_and_reliable(node, app) -> None:
    factors = rows(place([app("x", cores=0)], [node("n")]), "x")["n"]["factors"]
    assert (factors["load"]["value"], factors["reliability"]["value"]) == (1.0, 1.0)


def test_memory_and_storage_of_a_node_of_unknown_size_have_no_value(node, app) -> None:
    pinned = app("a", pinned=True, runs_on=frozenset({"n"}))
    factors = rows(place([pinned], [node("n", unknown=True)]), "a")["n"]["factors"]
    assert (factors["ram"]["value"], factors["ram"]["points"], factors["disk"]["value"]) == (None, 0.0, None)


SOFT = [
    ({"prefer": (frozenset({"n"}),)}, [("prefer", "n", 10.0)]),
    ({"prefer": (frozenset({"n"}), frozenset({"n", "m"}))}, [("prefer", "n", 10.0), ("prefer", "n", 10.0)]),
    ({"avoid": (frozenset({"n"}),)}, [("avoid", "n", -10.0)]),
    ({"failed_on": frozenset({"n"})}, [("failed", "n", -20.0)]),
    ({"with_": Group(frozenset({"db"}), strict=False)}, [("with", "db", 5.0)]),
    ({"apart": Group(frozenset({"db"}), strict=False)}, [("apart", "db", -10.0)]),
    ({"service": "db", "spread": Spread(strict=False)}, [("spread", "n", -10.0)]),
]


@pytest.mark.parametrize(("wish", "terms"), SOFT, ids=[next(iter(wish)) for wish, _terms in SOFT])
def test_soft_terms_are_listed_apart_and_added_to_the_total(wish, terms, node, app) -> None:
    here = {"pinned": True, "runs_on": frozenset({"n"}), "service": "db"}
    placement = place([app("db1", **here), app("db2", **here), app("x", **wish)], [node("n"), node("m")])
    row = rows(placement, "x")["n"]
    assert [(soft["term"], soft["about"], soft["points"]) for soft in row["soft"]] == terms
    points = sum(factor["points"] for factor in row["factors"].values())
    assert row["total"] == pytest.approx(points + sum(term[2] for term in terms), abs=0.26)


def test_soft_apart_works_both_ways(node, app) -> None:
    items = [app("loud", 2, apart=Group(frozenset({"quiet"}), strict=False)), app("quiet", 1)]
    assert rows(place(items, [node("m"), node("n")]), "quiet")["m"]["soft"] == [
        {"term": "apart", "about": "loud", "points": -5.0}
    ]


def test_weights_of_an_item_win_over_those_of_the_stack(node, app) -> None:
    targets = [node("large", memory=64, cores=2), node("fast", memory=4, cores=16)]
    memory, cpu = Weights(100, 0, 0, 0, 0), Weights(0, 0, 100, 0, 0)
    items = [app("a"), app("b", weights=cpu)]
    placement = place(items, targets, settings=Settings(weights=memory))
    assert placement.assignments == {"a": "large", "b": "fast"}
    assert placement.explain("b").as_dict()["weights"] == {"ram": 0, "disk": 0, "cpu": 100, "load": 0, "reliability": 0}


def test_packing_fills_one_node_and_spreading_uses_all(node, app) -> None:
    targets = [node(f"n{number}", load=100, reliability=1000) for number in range(3)]
    items = [app(f"a{number}", 1, 1) for number in range(6)]
    spread = place(items, targets).assignments
    packed = place(items, targets, settings=Settings(strategy="pack")).assignments
    assert (sorted(set(spread.values())), set(packed.values())) == (["n0", "n1", "n2"], {"n0"})


TIES = [
    ({}, {}, "n2"),
    ({"n10": 10}, {"memory": 0}, "n10"),
]


@pytest.mark.parametrize(("memory", "weights", "chosen"), TIES, ids=["natural order", "more free memory"])
def test_ties_go_to_more_free_memory_then_to_natural_order(memory, weights, chosen, node, app) -> None:
    targets = [node("n10", memory.get("n10", 8)), node("n2")]
    assert place([app("a")], targets, settings=Settings(weights=Weights(**weights))).assignments == {"a": chosen}


def test_ties_go_first_to_the_node_with_fewer_instances_of_the_service(node, app) -> None:
    blind = Settings(weights=Weights(0, 0, 0, 0, 0))
    items = [app("web1", 2, service="web"), app("web2", 1, service="web")]
    assert place(items, [node("big", 64), node("small", 8)], settings=blind).assignments == {
        "web1": "big",
        "web2": "small",
    }
