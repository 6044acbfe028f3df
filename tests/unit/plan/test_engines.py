# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Database instances that nobody declared become services of the plan."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan

HEAD = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
domain: home.arpa
nodes:
  nas: {address: 192.168.1.10, cpu: 8, memory: 64GiB, disk: 4TB}
  mini: {address: 192.168.1.11, cpu: 8, memory: 64GiB, disk: 4TB}
"""
INVENTORIES = Path(__file__).parents[3] / "inventories"


def planned(services: str, folder: Path) -> Plan:
    (folder / "kombination.yaml").write_text(HEAD + services, encoding="utf-8")
    plan = open_project(folder).plan()
    assert plan.unified is not None, [str(problem) for problem in plan.problems]
    return plan


def test_a_consumer_brings_an_instance_of_its_engine_and_comes_after_it(tmp_path: Path) -> None:
    plan = planned("services: {nextcloud: }\n", tmp_path)
    assert plan.unified is not None
    assert "postgresql" in plan.unified.services
    edges = {(edge.service, edge.needs): edge.origin for edge in plan.requirements.edges}
    assert edges["nextcloud", "postgresql"].startswith("kit:nextcloud@")
    tenants = {tenant.service for one in plan.unified.databases.values() for tenant in one.tenants}
    assert "nextcloud" in tenants


def test_an_added_service_says_for_whom_it_is_there(tmp_path: Path) -> None:
    plan = planned("services: {nextcloud: }\n", tmp_path)
    assert plan.requirements.services["postgresql"].origin["name"] == "pooling for nextcloud"


def test_an_instance_asks_for_the_memory_of_all_its_databases() -> None:
    plan = open_project(INVENTORIES / "platform").plan()
    pooled = next(one for one in plan.pooling.instances if one.service == "postgresql")
    assert plan.requirements.services["postgresql"].requests.memory == pooled.memory
    assert plan.requirements.services["postgresql"].origin["memory"] == f"pooling of {len(pooled.seats)} databases"


def test_memory_that_the_user_wrote_is_kept(tmp_path: Path) -> None:
    services = "services: {postgresql: {resources: {memory: 3GiB}}, nextcloud: {needs: postgresql}}\n"
    plan = planned(services, tmp_path)
    assert plan.requirements.services["postgresql"].requests.memory == 3 * 2**30


def test_instances_in_a_cluster_and_on_machines_are_services_of_their_own() -> None:
    plan = open_project(INVENTORIES / "fleet").plan()
    assert plan.requirements.services["postgresql"].cluster is None
    assert plan.requirements.services["postgresql-hq-k8s"].cluster == "hq-k8s"


def test_a_backup_policy_covers_the_databases_that_the_plan_adds_by_their_engine(tmp_path: Path) -> None:
    spec = (INVENTORIES / "fleet" / "kombination.yaml").read_text(encoding="utf-8")
    path = tmp_path / "kombination.yaml"
    path.write_text(spec.replace('of: "site:branch-*"', 'of: ["site:branch-*", postgresql]'), encoding="utf-8")
    plan = open_project(path).plan()
    assert plan.unified is not None
    assert {"postgresql", "postgresql-hq-k8s"} <= set(plan.unified.backups["branches"].of)
    assert "K701" not in [problem.code for problem in plan.problems]


def test_an_uncovered_database_of_the_plan_says_how_to_cover_it() -> None:
    problems = [one for one in open_project(INVENTORIES / "fleet").plan().problems if one.code == "K701"]
    assert [problem.hint for problem in problems] == ["policies: branches; write of: postgresql in one"]
