# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Rule, Settings, Spread
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place

WITH_DB = {"together": Rule(frozenset({"db"}))}
FAST = Settings(exact=False)


@pytest.mark.parametrize("sizes", [(3, 1), (1, 3)])
def test_items_that_stand_together_find_a_target_for_both(host: Any, item: Any, sizes: tuple[int, int]) -> None:
    """n1 has the better score but room for one only, whichever chooses first."""
    targets = [host("n1", 3.5), host("n2", 8, capability=1)]
    app, db = sizes
    found = place([item("app", app, **WITH_DB), item("db", db)], targets, settings=FAST)
    assert found.assignments == {"app": "n2", "db": "n2"}


def test_every_replica_stands_with_an_instance_of_its_own_where_one_target_is_too_small(
    host: Any, item: Any, broken_rules: Any
) -> None:
    items = [*(item(f"app-{number}", 3, **WITH_DB) for number in range(3)), *(item(f"db-{n}", 2) for n in range(3))]
    targets = [host(f"n{number}", 5) for number in range(3)]
    found = place(items, targets, settings=FAST)
    assert len(found.assignments) == 6
    assert broken_rules(items, targets, found.assignments) == []


def test_with_two_services_means_both(host: Any, item: Any) -> None:
    both = Rule(frozenset({"db", "cache"}))
    found = place([item("app", 1, together=both), item("db", 5), item("cache", 1)], [host("n1"), host("n2")])
    assert len(set(found.assignments.values())) == 1


def test_two_that_want_each_other_stand_together(host: Any, item: Any) -> None:
    items = [item("a", 4, together=Rule(frozenset({"b"}))), item("b", 4, together=Rule(frozenset({"a"})))]
    assert place(items, [host("n1", 7), host("n2", 8)]).assignments == {"a": "n2", "b": "n2"}


def test_a_service_that_is_not_there_at_all_is_not_waited_for(host: Any, item: Any) -> None:
    assert place([item("app", **WITH_DB)], [host("n1")]).assignments == {"app": "n1"}


def test_without_a_place_for_the_other_there_is_none_for_the_one(host: Any, item: Any) -> None:
    found = place([item("app", **WITH_DB), item("db", 99)], [host("n1")], settings=FAST)
    assert found.assignments == {}
    assert found.unplaced["app"] == {"n1": "db has no place there"}


def test_a_pinned_item_draws_those_that_it_stands_with(host: Any, item: Any) -> None:
    pinned = item("app", 1, pinned=True, candidates=frozenset({"n1"}), **WITH_DB)
    found = place([pinned, item("db", 1)], [host("n1", 4), host("n2", 64)])
    assert found.assignments == {"app": "n1", "db": "n1"}


@pytest.mark.parametrize("owner", ["a", "b"])
def test_apart_binds_both_whoever_has_the_rule(host: Any, item: Any, owner: str) -> None:
    rules = {owner: {"apart": Rule(frozenset({"a", "b"} - {owner}))}}
    items = [item("a", 2, **rules.get("a", {})), item("b", 1, **rules.get("b", {}))]
    assert place(items, [host("n1", 64), host("n2", 4)]).assignments == {"a": "n1", "b": "n2"}
    alone = place(items, [host("n1", 64)], settings=FAST)
    said = "a runs there already" if owner == "b" else "a service there stands apart from it"
    assert alone.unplaced == {"b": {"n1": said}}


def test_apart_from_itself_puts_every_instance_on_another_target(host: Any, item: Any) -> None:
    items = [item(f"web-{number}", apart=Rule(frozenset({"web"}))) for number in range(3)]
    found = place(items, [host("n1", 64), host("n2"), host("n3")])
    assert sorted(found.assignments.values()) == ["n1", "n2", "n3"]


@pytest.mark.parametrize(("skew", "counts"), [(1, [2, 2]), (2, [1, 3]), (4, [0, 4])])
def test_strict_spread_allows_as_much_difference_as_max_skew(host: Any, item: Any, skew: int, counts: Any) -> None:
    items = [item(f"web-{number}", 1, spread=Spread(max_skew=skew)) for number in range(4)]
    found = place(items, [host("n1", 999), host("n2", 6, capability=1)])
    assert sorted(list(found.assignments.values()).count(name) for name in ("n1", "n2")) == counts


@pytest.mark.parametrize("over", ["host", "rack", "site"])
def test_spread_counts_failure_domains(host: Any, item: Any, over: Any) -> None:
    targets = [host(f"n{number}", 64 - number, **{over: "ab"[number // 2]}) for number in range(4)]
    items = [item(f"web-{number}", spread=Spread(over)) for number in range(2)]
    places = place(items, targets).assignments.values()
    assert {"ab"[int(name[1:]) // 2] for name in places} == {"a", "b"}


def test_a_domain_that_no_instance_could_use_does_not_hold_the_others_back(host: Any, item: Any) -> None:
    items = [item(f"web-{number}", spread=Spread()) for number in range(4)]
    found = place(items, [host("n1"), host("n2"), host("off", state="offline")])
    assert len(found.assignments) == 4


def test_machines_of_one_range_are_spread_together(host: Any, item: Any) -> None:
    vms = [item(name, 1, service=name, family="worker-[1:3]", spread=Spread()) for name in ("w1", "w2", "w3")]
    found = place(vms, [host("n1", 64), host("n2", 64), host("n3", 4, capability=1)])
    assert len(set(found.assignments.values())) == 3


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"together": Rule(frozenset({"b"}), strict=False)}, "n1"),
        ({"apart": Rule(frozenset({"b"}), strict=False)}, "n2"),
        ({"prefer": frozenset({"n2"})}, "n2"),
        ({"avoid": frozenset({"n1"})}, "n2"),
    ],
)
def test_soft_wishes_decide_between_targets_that_are_about_equal(
    host: Any, item: Any, asked: dict[str, Any], expected: str
) -> None:
    targets = [host("n1", 100), host("n2", 99)]
    found = place([item("b"), item("a", **asked)], targets, current={"b": "n1"})
    assert found.assignments["a"] == expected


def test_soft_wishes_do_not_forbid(host: Any, item: Any) -> None:
    asked = {"apart": Rule(frozenset({"b"}), strict=False), "avoid": frozenset({"n1"})}
    items = [item("b"), item("a-1", spread=Spread(strict=False), **asked), item("a-2", spread=Spread(strict=False))]
    assert set(place(items, [host("n1")]).assignments.values()) == {"n1"}


def test_a_host_port_is_used_once_on_each_target(host: Any, item: Any) -> None:
    items = [item(f"web-{number}", ports=frozenset({(443, "tcp")})) for number in range(3)]
    found = place(items, [host("n1"), host("n2"), host("n3", ports=frozenset({(443, "tcp")}))], settings=FAST)
    assert sorted(found.assignments.values()) == ["n1", "n2"]
    assert set(found.unplaced["web-2"].values()) == {"port 443/tcp is taken"}


def test_data_stays_where_it_is_and_the_lost_is_placed_anew(host: Any, item: Any) -> None:
    targets = [host("n1", 4), host("n2", 64)]
    assert place([item("a", volume_on="n1")], targets).assignments == {"a": "n1"}
    assert place([item("a", volume_on="n1")], targets[1:]).assignments == {"a": "n2"}
    full = place([item("a", 5, volume_on="n1")], targets, settings=FAST)
    assert list(full.unplaced) == ["a"]
