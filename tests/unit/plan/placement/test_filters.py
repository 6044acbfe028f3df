from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import (
    Amounts,
    Group,
    Settings,
    Spread,
    place,
)

GIB = 2**30

# filter, what is special about node "odd", what the item asks, what the row says
CASES = [
    ("state", {"state": "maintenance"}, {}, "is maintenance"),
    ("state", {"state": "offline"}, {}, "is offline"),
    ("state", {"state": "absent"}, {}, "is absent"),
    ("state", {"state": "cordoned"}, {}, "is cordoned"),
    ("runs_on", {}, {"runs_on": frozenset({"plain"})}, "runs_on names only plain"),
    ("runs_on", {}, {"not_on": frozenset({"odd"})}, "not_on names it"),
    ("kind", {"kind": "cluster"}, {"kinds": frozenset({"docker_host"})}, "is a cluster, needs a docker host"),
    ("arch", {"arch": "arm64"}, {"archs": frozenset({"amd64"})}, "is arm64, needs amd64"),
    ("taints", {"taints": frozenset({"gpu"})}, {}, "is kept for others (taint gpu)"),
    (
        "ports",
        {"host_ports": frozenset({"443/tcp"})},
        {"host_ports": frozenset({"443/tcp"})},
        "port 443/tcp of the host is taken",
    ),
    ("data", {}, {"data_on": "plain"}, "its data is on plain"),
    (
        "room",
        {"size": Amounts(GIB // 2, 100 * GIB, 4000)},
        {},
        "RAM: 512.0 MiB free of 512.0 MiB, needs 1.0 GiB (short by 512.0 MiB)",
    ),
    ("room", {"size": None}, {}, "its size is not known yet"),
]


@pytest.mark.parametrize(("word", "odd", "asks", "why"), CASES, ids=[f"{case[0]}: {case[3]}" for case in CASES])
def test_a_filter_refuses_only_the_node_it_is_about(word, odd, asks, why, node, app) -> None:
    explanation = place([app("a", **asks)], [node("odd", **odd), node("plain")]).explain("a")
    rows = {row.node: row for row in explanation.candidates}
    assert (rows["odd"].rejected_by, rows["odd"].why) == (word, why)
    assert explanation.chosen == "plain"


REVERSED = [
    ("devices", {"devices": frozenset({"/dev/dri"})}, {"devices": frozenset({"/dev/dri"})}, "has no /dev/dri"),
    ("devices", {"labels": {"gpu": "yes"}}, {"labels": {"gpu": "yes"}}, "has no label gpu=yes"),
    ("reach", {"reaches": frozenset({"hq"})}, {"needs_reach": frozenset({"hq"})}, "has no link to hq"),
    ("reach", {"site": "hq"}, {"needs_reach": frozenset({"hq"})}, "has no link to hq"),
    ("reach", {"public": True}, {"needs_public": True}, "has no public address"),
]


@pytest.mark.parametrize(
    ("word", "special", "asks", "why"), REVERSED, ids=[f"{case[0]}: {case[3]}" for case in REVERSED]
)
def test_only_the_node_that_has_what_is_asked_is_possible(word, special, asks, why, node, app) -> None:
    explanation = place([app("a", **asks)], [node("special", **special), node("plain", memory=64)]).explain("a")
    rows = {row.node: row for row in explanation.candidates}
    assert (rows["plain"].rejected_by, rows["plain"].why) == (word, why)
    assert explanation.chosen == "special"


def test_tolerations_open_a_tainted_node(node, app) -> None:
    tainted = node("gpu", taints=frozenset({"gpu", "loud"}))
    assert place([app("a", tolerations=frozenset({"gpu", "loud"}))], [tainted]).assignments == {"a": "gpu"}
    assert place([app("a", tolerations=frozenset({"gpu"}))], [tainted]).assignments == {}


def test_an_architecture_that_nobody_knows_is_not_refused(node, app) -> None:
    assert place([app("a", archs=frozenset({"arm64"}))], [node("n", arch=None)]).assignments == {"a": "n"}


def test_filters_are_counted_in_their_order_and_add_up(node, app) -> None:
    targets = [
        node("off", state="offline", arch="arm64", memory=0.1),
        node("arm", arch="arm64", memory=0.1),
        node("arm2", arch="arm64"),
        node("full", arch="amd64", memory=0.1),
        node("good", arch="amd64"),
    ]
    explanation = place([app("a", archs=frozenset({"amd64"}))], targets).explain("a")
    assert explanation.counts == {"arch": 2, "room": 1, "state": 1}
    assert len(explanation.candidates) == len(targets) == sum(explanation.counts.values()) + 1


def test_one_host_port_goes_to_one_item_of_a_node(node, app) -> None:
    web = [app(name, host_ports=frozenset({"443/tcp"})) for name in ("a", "b", "c")]
    placement = place(web, [node("n1"), node("n2")])
    assert sorted(placement.assignments.values()) == ["n1", "n2"]
    assert placement.unplaced["c"].nodes == {
        "n1": "port 443/tcp of the host is taken",
        "n2": "port 443/tcp of the host is taken",
    }


def test_data_stays_unless_it_may_move(node, app) -> None:
    targets = [node("old", memory=4, state="maintenance"), node("new")]
    assert (
        place([app("a", data_on="old")], targets, current={"a": "old"}).unplaced["a"].nodes["new"]
        == "its data is on old"
    )
    assert place([app("a", data_on="old", move=True)], targets, current={"a": "old"}).assignments == {"a": "new"}


@pytest.mark.parametrize("resource", ["memory", "storage", "cpu"])
def test_a_resource_that_is_not_enforced_may_be_exceeded(resource, node, app, amounts) -> None:
    size = {"memory": 8, "storage": 8, "cores": 8}
    large = {**size, {"cpu": "cores"}.get(resource, resource): 9.0}
    target = node("n", size=amounts(**size), overcommit=type(node("x").overcommit)())
    item = app("a", *large.values())
    assert place([item], [target]).assignments == {}
    enforce = frozenset({"memory", "storage", "cpu"} - {resource})
    assert place([item], [target], settings=Settings(enforce=enforce)).assignments == {"a": "n"}


def test_a_target_of_unknown_size_takes_only_pinned_items(node, app) -> None:
    placement = place([app("free"), app("pinned", pinned=True, runs_on=frozenset({"n"}))], [node("n", unknown=True)])
    assert placement.assignments == {"pinned": "n"}
    assert placement.unplaced["free"].waits_for_facts


def test_what_is_too_large_for_every_node_does_not_wait_for_facts(node, app) -> None:
    assert not place([app("a", memory=9)], [node("n")]).unplaced["a"].waits_for_facts


def test_of_a_cluster_the_sum_and_the_largest_member_count(node, app, amounts) -> None:
    cluster = node("k8s", kind="cluster", memory=12, storage=300, cores=12, largest=amounts(4, 100, 4))
    assert place([app("a", memory=5)], [cluster]).assignments == {}
    placement = place([app(f"a{number}", memory=4) for number in range(4)], [cluster])
    assert len(placement.assignments) == 3
    assert placement.unplaced["a3"].explanation.candidates[0].short_by == {"memory": 4 * GIB}


def test_room_counts_overcommit_reserve_and_foreign_use(node, amounts) -> None:
    target = node("n", memory=8, storage=100, cores=4, reserve=amounts(1, 10, 1), foreign=amounts(2, 20, 0.5))
    assert target.allocatable == amounts(5, 70, 14.5)


def test_a_node_that_promised_more_than_it_has_gives_nothing(node, app, amounts) -> None:
    assert node("n", memory=1, reserve=amounts(2)).allocatable == amounts(0, 100, 16)
    assert place([app("a")], [node("n", memory=1, reserve=amounts(2))]).assignments == {}


def test_strict_wishes_appear_as_neighbours(node, app) -> None:
    items = [
        app("a", service="web", apart=Group(frozenset({"web"}))),
        app("b", service="web", spread=Spread(), apart=Group(frozenset({"web"}))),
    ]
    placement = place(items, [node("n")])
    (name,) = placement.unplaced
    assert placement.unplaced[name].nodes == {"n": "has to stand apart from web, which is here"}
