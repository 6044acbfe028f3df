# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How policies, facts and the lock turn the rules of a plan up, down or off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import KitLock, Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import make_plan
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.kits import OUR_VERSION
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = Path(__file__).parents[3]


def problems(
    case: str, *sets: str, lock: Lock | None = None, facts: Facts | None = None, today: date | None = None
) -> list[Problem]:
    spec = load_spec(FIXTURES / f"{case}.yaml", sets=sets)
    check_spec(spec)
    catalogue = Catalogue({"own": FIXTURES / "kits"})
    return list(make_plan(spec, catalogue, facts or Facts(), lock or Lock(), today=today).problems)


def severities(found: list[Problem], code: str) -> list[str]:
    return [str(problem.severity) for problem in found if problem.code == code]


@pytest.mark.parametrize(
    ("case", "code", "resource", "default"),
    [("K401", "K401", "memory", "error"), ("K402", "K402", "storage", "error"), ("K403", "K403", "cpu", "warning")],
)
@pytest.mark.parametrize("mode", ["error", "warn", "off", None])
def test_the_policy_decides_how_over_commitment_is_taken(
    case: str, code: str, resource: str, default: str, mode: str | None
) -> None:
    found = problems(case, f"policies.overcommit.{resource}.mode={mode or 'null'}")
    expected = {"error": "error", "warn": "warning", "off": None, None: default}[mode]
    assert set(severities(found, code)) == ({expected} if expected else set())


def test_an_allowed_over_commitment_does_not_keep_services_from_their_place() -> None:
    assert not severities(problems("K401", "policies.overcommit.memory.mode=warn"), "K405")


def test_a_factor_multiplies_what_may_be_promised() -> None:
    assert severities(problems("K403", "policies.overcommit.cpu.factor=5"), "K403") == []
    assert severities(problems("K401", "policies.overcommit.memory.factor=2"), "K401") == []


def test_room_for_the_loss_of_a_node_is_an_error_only_when_it_was_asked_for() -> None:
    assert set(severities(problems("K406"), "K406")) == {"warning"}
    found = problems("K406", "policies.capacity=survive-one-node")
    assert "error" in severities(found, "K406") + severities(found, "K405")


@pytest.mark.parametrize(("mode", "expected"), [("error", ["error"]), ("warn", ["warning"]), ("off", [])])
def test_the_policy_decides_about_data_without_a_backup(mode: str, expected: list[str]) -> None:
    assert severities(problems("K701", f"policies.backups={mode}"), "K701") == expected
    assert severities(problems("K702", f"policies.backups={mode}"), "K702") == expected


def test_one_problem_says_that_nothing_at_all_is_backed_up() -> None:
    found = [one for one in problems("K701", "backups=null") if one.code == "K701"]
    assert [one.message for one in found] == ["nothing is backed up, but 2 services keep data: shop, postgresql"]


def test_a_policy_that_names_the_machine_covers_what_runs_on_it() -> None:
    assert severities(problems("K701", "backups.policies.databases.of=[nas, mini]"), "K701") == []


def aged(day: str) -> Facts:
    return Facts.model_validate({"nodes": {"mini": {"gathered": f"{day}T02:10:00Z"}}})


@pytest.mark.parametrize(("day", "count"), [("2026-11-14", 0), ("2026-11-13", 1)])
def test_facts_are_old_after_seven_days(day: str, count: int) -> None:
    found = problems("K407", facts=aged(day), today=date(2026, 11, 21))
    assert sum("days old" in problem.message for problem in found) == count


def test_without_a_day_the_age_of_facts_is_not_judged() -> None:
    assert not [one for one in problems("K407", facts=aged("2020-01-01")) if "days old" in one.message]


def test_facts_give_a_node_its_size() -> None:
    sizes = {"gathered": "2026-11-20T02:10:00Z", "cpu": 4, "memory": 2**33, "storage": 2**37}
    assert severities(problems("K407", facts=Facts.model_validate({"nodes": {"nas": sizes}})), "K407") == []


@pytest.mark.parametrize(
    ("before", "forbidden"),
    [("28.0.1", True), ("29.0.1", False), ("30.0.1", False), ("31.0.0", False), ("latest", False), (None, False)],
)
def test_only_a_step_over_a_major_version_is_forbidden(before: str | None, forbidden: bool) -> None:
    lock = Lock(kits={"stepwise": KitLock(version="0.8.0", digest="00", app_version=before)})
    assert bool(severities(problems("K806", lock=lock), "K806")) is forbidden


def test_a_link_lets_sites_reach_each_other() -> None:
    assert severities(problems("K602", "links.vpn.members=[site:hq, site:dr]"), "K602") == []


def test_a_public_service_can_be_reached_without_a_link() -> None:
    found = problems("K602", "services.web.expose={host: web.example.net, public: true}", "services.lost.uses=[]")
    assert severities(found, "K602") == []


def test_share_none_is_the_way_out_of_a_pool_that_cannot_serve() -> None:
    found = problems("K804", "services.shop.database={engine: postgresql, share: none}")
    assert not [one for one in found if one.code == "K804" and "'shop'" in one.message]


def test_a_mistake_that_the_spec_reports_is_not_reported_again_by_the_plan() -> None:
    found = problems("K405", "services.web-2.runs_on=mnii", "services.web-2.not_on=null")
    assert "K306" in {one.code for one in found}
    assert not [one for one in found if one.code == "K405" and "web-2" in one.message]


def test_the_version_that_kits_are_measured_against_is_the_collections() -> None:
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"] == OUR_VERSION
