from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import Group, Spread, place

TOGETHER = Group(frozenset({"db"}))


def test_an_item_stands_with_the_service_it_names(node, app) -> None:
    targets = [node(f"n{number}") for number in range(5)]
    assignments = place([app("app", 2, with_=TOGETHER), app("db", 1), app("x", 3)], targets).assignments
    assert assignments["app"] == assignments["db"]


def test_each_replica_stands_with_an_instance(node, app) -> None:
    databases = [app(f"db{number}", 2, service="db", spread=Spread()) for number in range(3)]
    replicas = [app(f"web{number}", 1, service="web", with_=TOGETHER, spread=Spread()) for number in range(3)]
    assignments = place([*databases, *replicas], [node(f"n{number}", 3) for number in range(5)]).assignments
    assert {assignments[item.name] for item in replicas} == {assignments[item.name] for item in databases}


def test_the_one_who_leads_goes_where_there_is_room_for_its_followers(node, app) -> None:
    items = [app("db", 1), app("app", 6, with_=TOGETHER), app("cache", 1, with_=Group(frozenset({"app"})))]
    placement = place(items, [node("fast", 4, cores=64), node("large", 8, cores=1)])
    assert set(placement.assignments.values()) == {"large"}
    row = {row.node: row for row in placement.explain("db").candidates}["fast"]
    assert (row.rejected_by, row.needs) == ("neighbours", {"with": ["app"]})


def test_the_one_who_leads_respects_what_its_follower_may_use(node, app) -> None:
    items = [app("db", 1), app("app", 1, with_=TOGETHER, data_on="n2")]
    assert place(items, [node("n1", 64), node("n2", 4)], current={"app": "n2"}).assignments == {"db": "n2", "app": "n2"}


def test_a_follower_that_fits_nowhere_does_not_keep_the_other_from_its_place(node, app) -> None:
    placement = place([app("db", 1), app("app", 99, with_=TOGETHER)], [node("n")])
    assert (placement.assignments, set(placement.unplaced)) == ({"db": "n"}, {"app"})
    assert placement.explain("db").candidates[0].feasible


def test_two_that_want_each_other_find_a_place_together(node, app) -> None:
    items = [app("a", 3, with_=Group(frozenset({"b"}))), app("b", 2, with_=Group(frozenset({"a"})))]
    assert place(items, [node("n1", 4), node("n2", 5)]).assignments == {"a": "n2", "b": "n2"}


def test_a_pinned_follower_decides_for_both(node, app) -> None:
    items = [app("db", 1), app("app", 1, with_=TOGETHER, pinned=True, runs_on=frozenset({"small"}))]
    assert place(items, [node("large", 64), node("small", 4)]).assignments == {"db": "small", "app": "small"}


def test_a_service_that_is_not_placed_here_is_not_waited_for(node, app) -> None:
    assert place([app("a", with_=Group(frozenset({"elsewhere"})))], [node("n")]).assignments == {"a": "n"}


def test_apart_works_both_ways_whoever_comes_first(node, app) -> None:
    apart = Group(frozenset({"b"}))
    for sizes in ((1, 2), (2, 1)):
        placement = place([app("a", sizes[0], apart=apart), app("b", sizes[1])], [node("n1", 64), node("n2", 4)])
        assert set(placement.assignments.values()) == {"n1", "n2"}


def test_apart_from_itself_means_one_a_node(node, app) -> None:
    items = [app(f"a{number}", service="a", apart=Group(frozenset({"a"}))) for number in range(3)]
    placement = place(items, [node("n1", 64), node("n2", 4)])
    assert Counter(placement.assignments.values()) == {"n1": 1, "n2": 1}
    assert placement.unplaced["a2"].nodes["n1"] == "has to stand apart from a, which is here"


@pytest.mark.parametrize("over", ["node", "host", "rack", "site"])
def test_instances_spread_over_domains(over, node, app) -> None:
    special = {} if over == "node" else {over: "one"}
    other = {} if over == "node" else {over: "two"}
    targets = [node("n1", 64, **special), node("n2", 64, **special), node("n3", 4, **other)]
    items = [app(f"a{number}", 0.5, service="a", spread=Spread(over)) for number in range(4)]
    counts = Counter(place(items, targets).assignments.values())
    assert counts["n3"] == (1 if over == "node" else 2)


def test_max_skew_allows_that_much_more(node, app) -> None:
    targets = [node("n1", 64, 900), node("n2", 2)]
    for skew, least in ((1, 2), (2, 1), (4, 0)):
        items = [app(f"a{number}", 0.5, service="a", spread=Spread(max_skew=skew)) for number in range(4)]
        assert Counter(place(items, targets).assignments.values())["n2"] == least


def test_a_full_domain_stops_a_strict_spread_but_not_a_soft_one(node, app) -> None:
    targets = [node("n1", 64), node("n2", 0.6)]
    for strict, placed in ((True, 3), (False, 4)):
        items = [app(f"a{number}", 0.5, service="a", spread=Spread(strict=strict)) for number in range(4)]
        assert len(place(items, targets).assignments) == placed
    items = [app(f"a{number}", 0.5, service="a", spread=Spread()) for number in range(3)]
    reason = "spread over node: one more here would be 2 ahead, 1 is allowed"
    full = place([*items, app("x", 0.2, pinned=True, runs_on=frozenset({"n2"}))], targets)
    assert full.unplaced["a1"].nodes["n1"] == reason


def test_domains_that_an_item_may_not_use_do_not_count(node, app) -> None:
    targets = [node("n1"), node("n2"), node("arm", arch="arm64"), node("off", state="offline")]
    amd = frozenset({"amd64"})
    targets = [node("n1", arch="amd64"), node("n2", arch="amd64"), *targets[2:]]
    items = [app(f"a{number}", 0.5, service="a", archs=amd, spread=Spread()) for number in range(6)]
    assert Counter(place(items, targets).assignments.values()) == {"n1": 3, "n2": 3}
