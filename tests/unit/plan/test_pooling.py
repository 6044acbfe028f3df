# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import (
    DatabaseDemand,
    Existing,
    Offer,
    Pooling,
    pool,
)

MIB = 2**20
POSTGRESQL = Offer(
    "postgresql",
    ("13.18", "14.15", "15.10", "16.6", "17.2"),
    default="16.6",
    extensions=frozenset({"pg_trgm"}),
    base=974 * MIB,
    per_database=50 * MIB,
    max_connections=200,
)
VECTORS = Offer("postgresql-vectors", ("16.6",), extensions=frozenset({"vector"}), base=2048 * MIB)
OFFERS = {"postgresql": [POSTGRESQL]}
DECLARED = Existing("postgresql", "postgresql", "stack", POSTGRESQL)


def demand(consumer: str, accepts: str | None = None, **rest: object) -> DatabaseDemand:
    version = VersionRange(accepts) if accepts else None
    return DatabaseDemand(**{"consumer": consumer, "engine": "postgresql", "unit": "stack", "version": version, **rest})  # type: ignore[arg-type]


def shape(pooling: Pooling) -> dict[str, tuple[str | None, list[str]]]:
    return {one.name: (one.version, [seat.consumer for seat in one.seats]) for one in pooling.instances}


def test_five_databases_share_one_instance_and_the_saving_is_computed_from_the_kit() -> None:
    found = pool([demand(name) for name in "abcde"], OFFERS)
    assert shape(found) == {"postgresql/stack": ("17.2", list("abcde"))}
    assert found.summary == {"postgresql": "5 databases in 1 instance: 1.2 GiB instead of 5.0 GiB"}
    (only,) = found.instances
    assert (only.memory, only.memory_alone) == (1224 * MIB, 5120 * MIB)


def test_one_database_saves_nothing_and_nothing_is_claimed() -> None:
    assert pool([demand("a")], OFFERS).summary == {"postgresql": "1 database in 1 instance"}


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        pytest.param([">=13", ">=14,<17"], [("16.6", 2)], id="the highest version that all accept"),
        pytest.param(["<15", ">=16"], [("14.15", 1), ("17.2", 1)], id="two groups"),
        pytest.param([">=13,<15", ">=14,<17", ">=16"], [("14.15", 2), ("17.2", 1)], id="the middle one joins"),
        pytest.param([">=13,<16", ">=15,<17", "<14", ">=16"], [("13.18", 2), ("16.6", 2)], id="fewest instances"),
        pytest.param(["16", "==16.6", None], [("16.6", 3)], id="exact versions"),
    ],
)
def test_version_ranges_are_intersected(ranges: list[str | None], expected: list[tuple[str, int]]) -> None:
    found = pool([demand(f"s{number}", one) for number, one in enumerate(ranges)], OFFERS)
    assert [(one.version, len(one.seats)) for one in found.instances] == expected
    assert found.failures == ()


def test_no_grouping_of_ranges_needs_fewer_instances() -> None:
    versions = POSTGRESQL.versions
    intervals = list(combinations_with_replacement(range(5), 2))
    for ends in combinations_with_replacement(intervals, 3):
        demands = [demand(f"s{n}", f">={versions[low]},<={versions[high]}") for n, (low, high) in enumerate(ends)]
        fewest = min(len(set(choice)) for choice in product(*(range(low, high + 1) for low, high in ends)))
        assert len(pool(demands, OFFERS).instances) == fewest


def test_the_reason_names_the_consumer_that_holds_the_version_back() -> None:
    (one,) = pool([demand("new", ">=14"), demand("old", "<16")], OFFERS).instances
    assert one.reason == "one for the whole stack; not newer than 15.10 because old accepts <16"


def test_a_second_instance_says_why_the_first_was_not_enough() -> None:
    _old, new = pool([demand("new", ">=16"), demand("old", "<15")], OFFERS).instances
    assert new.reason == "new accepts >=16, postgresql is 13.18 or 14.15"


def test_each_share_unit_has_its_own_instance() -> None:
    found = pool([demand("pos/a", unit="a"), demand("pos/b", unit="b"), demand("shop", unit="a")], OFFERS)
    assert shape(found) == {"postgresql/a": ("17.2", ["pos/a", "shop"]), "postgresql/b": ("17.2", ["pos/b"])}


def test_share_none_gives_a_dedicated_instance() -> None:
    found = pool([demand("a"), demand("b", share="none")], OFFERS)
    assert shape(found) == {"postgresql/stack": ("17.2", ["a"]), "postgresql-b/stack": ("17.2", ["b"])}
    assert [(one.kind, one.reason) for one in found.instances] == [
        ("pooled", "one for the whole stack"),
        ("dedicated", "share: none"),
    ]


def test_a_declared_service_is_the_instance_and_keeps_its_kits_version() -> None:
    (one,) = pool([demand("a", ">=14")], OFFERS, [DECLARED]).instances
    assert (one.service, one.version, one.made, one.kind) == ("postgresql", "16.6", False, "pooled")


def test_a_consumer_that_a_declared_service_cannot_serve_gets_another_instance() -> None:
    old = Existing("postgresql", "postgresql", "stack", Offer("postgresql", ("14.15",), "14.15"))
    found = pool([demand("a"), demand("b", ">=16")], OFFERS, [old])
    assert shape(found) == {"postgresql/stack": ("14.15", ["a"]), "postgresql-2/stack": ("17.2", ["b"])}
    assert [one.made for one in found.instances] == [False, True]


def test_a_named_instance_that_cannot_serve_is_a_failure_with_the_way_out() -> None:
    old = Existing("db", "postgresql", "stack", Offer("postgresql", ("14.15",), "14.15"))
    found = pool([demand("b", ">=16", service="db", named=True)], OFFERS, [old])
    (failure,) = found.failures
    assert found.instances == ()
    assert failure.reason == "b accepts >=16, db is 14.15"
    assert failure.hint == "share: none for it, or another version or image of db"


def test_a_special_image_is_dedicated() -> None:
    offers = {"postgresql": [POSTGRESQL, VECTORS]}
    found = pool([demand("a"), demand("search", extensions=("vector",))], offers)
    special = found.instances[1]
    assert (special.name, special.kit, special.kind) == ("postgresql-search/stack", "postgresql-vectors", "dedicated")
    assert special.reason == "postgresql-2 has no extension vector"


def test_an_extension_that_no_image_has_is_a_failure() -> None:
    (failure,) = pool([demand("maps", extensions=("postgis",))], OFFERS).failures
    assert failure.reason == "kit postgresql has no extension postgis"
    assert failure.hint == "use another image"


def test_a_kit_that_brings_its_own_instance_uses_it_when_the_pool_cannot_serve() -> None:
    photos = demand("immich", extensions=("vchord",), bundled=True)
    found = pool([demand("a"), photos], OFFERS)
    own = next(one for one in found.instances if one.kind == "bundled")
    assert (own.service, own.made, own.reason) == ("immich", False, "postgresql has no extension vchord")
    assert "immich/stack" not in found.to_lock()
    assert found.summary == {"postgresql": "1 database in 1 instance"}


def test_an_engine_without_a_kit_is_a_failure() -> None:
    (failure,) = pool([demand("a", engine="oracle")], OFFERS).failures
    assert failure.reason == "the catalogue has no kit that provides oracle"


def test_connections_stay_below_eighty_percent_of_what_an_instance_takes() -> None:
    found = pool([demand(name, connections=60) for name in "abc"], OFFERS)
    assert [(one.connections, len(one.seats)) for one in found.instances] == [(120, 2), (60, 1)]
    assert found.instances[1].reason == "180 connections would be more than 80 % of the 200 that postgresql takes"
    assert not any(one.over_budget for one in found.instances)


def test_exactly_eighty_percent_is_within_the_budget() -> None:
    assert len(pool([demand(name, connections=80) for name in "ab"], OFFERS).instances) == 1


def test_a_named_instance_takes_all_of_its_consumers_and_says_that_it_is_over_budget() -> None:
    wanted = [demand(name, connections=90, service="postgresql", named=True) for name in "ab"]
    (one,) = pool(wanted, OFFERS, [DECLARED]).instances
    assert one.over_budget
    assert one.connections == 180


def test_a_consumer_larger_than_the_budget_still_gets_an_instance() -> None:
    (one,) = pool([demand("a", connections=190)], OFFERS).instances
    assert one.over_budget


def test_the_lock_keeps_version_home_and_database_name() -> None:
    locked = {"postgresql/stack": "15.10", "postgresql/stack/a": "historic_name"}
    (one,) = pool([demand("a"), demand("b")], OFFERS, locked=locked).instances
    assert one.version == "15.10"
    assert [seat.database for seat in one.seats] == ["historic_name", "b"]


def test_consumers_stay_in_their_instances_even_when_one_would_be_enough_now() -> None:
    first = pool([demand("a", "<15"), demand("b", ">=16")], OFFERS)
    again = pool([demand("a"), demand("b")], OFFERS, locked=first.to_lock())
    assert shape(again) == shape(first)


def test_a_new_consumer_moves_nobody() -> None:
    first = pool([demand(name, connections=60) for name in "bc"], OFFERS)
    again = pool([demand(name, connections=60) for name in "abc"], OFFERS, locked=first.to_lock())
    assert shape(again) == {"postgresql/stack": ("17.2", ["b", "c"]), "postgresql-2/stack": ("17.2", ["a"])}


def test_a_locked_version_that_is_not_offered_any_more_stays_in_its_major() -> None:
    (one,) = pool([demand("a")], OFFERS, locked={"postgresql/stack": "15.4"}).instances
    assert one.version == "15.10"


def test_an_instance_that_nobody_uses_any_more_does_not_force_its_version_on_others() -> None:
    locked = {"postgresql/stack": "13.18", "postgresql/stack/gone": "gone"}
    found = pool([demand("a", ">=16")], OFFERS, locked=locked)
    assert shape(found) == {"postgresql-2/stack": ("17.2", ["a"])}


def test_the_decision_does_not_depend_on_the_order_of_the_demands() -> None:
    ranges = ["<15", ">=16", ">=14", None, ">=13,<17"]
    demands = [demand(f"s{number}", one, connections=50) for number, one in enumerate(ranges)]
    first = pool(demands, OFFERS)
    assert pool(demands[::-1], OFFERS) == first
    assert pool(demands, OFFERS, locked=first.to_lock()).to_lock() == first.to_lock()


def test_database_names_are_plain_and_short() -> None:
    long = "a-very-long-service-name-that-goes-on-and-on/branch-with-a-long-name-too"
    (one,) = pool([demand("pos-api/branch-01"), demand(long)], OFFERS).instances
    names = [seat.database for seat in one.seats]
    assert names[1] == "pos_api_branch_01"
    assert len(names[0]) == 63
