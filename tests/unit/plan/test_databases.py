# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a spec to the pooling decision. The kits are those in ``fixtures/kits``."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan, make_plan
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec

FIXTURES = Path(__file__).parent / "fixtures"


def planned(*sets: str, lock: Lock | None = None) -> Plan:
    spec = load_spec(FIXTURES / "sites.yaml", sets=sets)
    return make_plan(spec, Catalogue({"own": FIXTURES / "kits"}), Facts(), lock or Lock())


def shape(plan: Plan) -> dict[str, tuple[str | None, list[str]]]:
    return {one.name: (one.version, [seat.consumer for seat in one.seats]) for one in plan.pooling.instances}


def test_consumers_of_the_stack_share_one_instance_that_the_plan_adds() -> None:
    plan = planned("services.shop={kit: shop}", "services.shop-2={kit: shop}")
    assert shape(plan) == {"postgresql/stack": ("17", ["shop", "shop-2"])}
    assert plan.pooling.summary == {"postgresql": "2 databases in 1 instance: 1.0 GiB instead of 2.0 GiB"}
    assert plan.unified is not None
    assert plan.unified.services["postgresql"].kit == "postgresql"


def test_one_service_at_every_site_has_a_database_at_every_site() -> None:
    plan = planned("services.pos={kit: shop, each: site}", "databases.postgresql.share=site")
    assert shape(plan) == {
        "postgresql/dr": ("17", ["pos/dr"]),
        "postgresql/hq": ("17", ["pos/hq"]),
    }


def test_one_service_at_every_site_has_a_database_for_each_in_a_shared_instance() -> None:
    plan = planned("services.pos={kit: shop, each: site}")
    assert shape(plan) == {"postgresql/stack": ("17", ["pos/dr", "pos/hq"])}


def test_replicas_share_a_database() -> None:
    assert shape(planned("services.shop={kit: shop, replicas: 3}")) == {"postgresql/stack": ("17", ["shop"])}


def test_a_node_is_a_share_unit_for_what_is_pinned_to_it() -> None:
    plan = planned("services.shop={kit: shop, runs_on: nas}", "databases.postgresql.share=node")
    assert shape(plan) == {"postgresql/nas": ("17", ["shop"])}


def test_the_site_is_known_when_all_possible_nodes_stand_in_it() -> None:
    plan = planned('services.shop={kit: shop, runs_on: "site:hq"}', "databases.postgresql.share=site")
    assert list(shape(plan)) == ["postgresql/hq"]


def test_a_declared_service_is_used_and_named_needs_bind() -> None:
    plan = planned("services.db={kit: postgresql}", "services.shop={kit: shop, needs: [db]}")
    (one,) = plan.pooling.instances
    assert (one.name, one.version, one.made) == ("db/stack", "16", False)


@pytest.mark.parametrize("fixed", ["services.db.params={major: '14'}", "services.db.app_version='14'"])
def test_a_declared_service_has_the_version_that_the_user_fixed(fixed: str) -> None:
    plan = planned("services.db={kit: postgresql}", "services.shop={kit: shop, needs: [db]}", fixed)
    (failure,) = plan.pooling.failures
    assert failure.reason == "shop accepts >=16, db is 14"


def test_the_version_of_databases_holds_for_instances_that_the_plan_adds() -> None:
    plan = planned("services.shop={kit: shop}", "databases.postgresql.version=16")
    assert shape(plan) == {"postgresql/stack": ("16", ["shop"])}


def test_a_version_of_databases_that_a_consumer_refuses_is_a_failure_unless_it_wants_its_own() -> None:
    fixed = ("services.shop={kit: shop}", "databases.postgresql.version=14")
    (failure,) = planned(*fixed).pooling.failures
    assert failure.hint == "share: none for it, or another version of it"
    own = planned(*fixed, "services.shop.database={engine: postgresql, share: none}")
    assert shape(own) == {"postgresql-shop/stack": ("17", ["shop"])}


def test_a_service_without_a_kit_may_want_a_database() -> None:
    plan = planned("services.own={database: {engine: postgresql, version: '<17'}}")
    assert shape(plan) == {"postgresql/stack": ("16", ["own"])}


def test_max_clients_is_the_budget_of_an_instance() -> None:
    services = ("services.shop={kit: shop}", "services.shop-2={kit: shop}")
    assert len(planned(*services).pooling.instances) == 1
    assert len(planned(*services, "databases.postgresql.max_clients=100").pooling.instances) == 2


def test_extensions_of_databases_are_demanded_of_every_instance() -> None:
    (failure,) = planned("services.shop={kit: shop}", "databases.postgresql.extensions=[timescaledb]").pooling.failures
    assert failure.reason == "kit postgresql has no extension timescaledb"


def test_a_kit_with_an_own_database_brings_it_when_the_named_pool_cannot_serve() -> None:
    plan = planned("services.db={kit: postgresql}", "services.photos={needs: [db]}")
    (one,) = plan.pooling.instances
    assert (one.kind, one.service, one.reason) == ("bundled", "photos", "db has no extension vchord")
    assert [str(problem.severity) for problem in plan.problems if problem.code == "K804"] == ["note"]


def test_a_kit_with_an_own_database_is_not_pooled_when_nobody_asked_for_it() -> None:
    assert planned("services.db={kit: postgresql}", "services.photos={}").pooling.instances == ()


def test_the_next_plan_keeps_instances_versions_and_names() -> None:
    services = ("services.shop={kit: shop}", "services.old={database: {engine: postgresql, version: '<17'}}")
    first = planned(*services)
    again = planned(*services, "services.old.database=null", lock=first.lock)
    assert first.lock.databases["postgresql/stack"] == "16"
    assert shape(again) == {"postgresql/stack": ("16", ["shop"])}
