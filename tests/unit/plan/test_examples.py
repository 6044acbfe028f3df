# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The acceptance cases: what the three examples must come out as."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified

INVENTORIES = Path(__file__).parents[3] / "inventories"


@cache
def planned(example: str) -> Plan:
    return open_project(INVENTORIES / example).plan()


def unified(example: str) -> Unified:
    found = planned(example).unified
    assert found is not None, [str(problem) for problem in planned(example).problems]
    return found


@pytest.mark.parametrize("example", ["home", "platform", "fleet"])
def test_the_example_has_no_errors(example: str) -> None:
    assert not [str(problem) for problem in planned(example).problems if problem.severity == "error"]


def test_the_platform_has_42_services_in_12_namespaces_with_154_edges_in_8_waves() -> None:
    platform = unified("platform")
    assert len(platform.services) == 42
    assert len({service.namespace for service in platform.services.values()} - {"default"}) == 12
    assert len(planned("platform").requirements.edges) == 154
    assert len(platform.waves) == 8


def test_the_platforms_edges_win_over_its_written_chain() -> None:
    waves = unified("platform").waves
    order = {service: number for number, wave in enumerate(waves) for service in wave}
    assert order["namespaces"] < order["traefik"] < order["consul"] < order["vault"] < order["postgresql"]
    assert order["postgresql"] < order["authentik"] < order["stalwart"] < order["stoat"]


def test_the_platforms_seven_database_addresses() -> None:
    platform = unified("platform")
    found = {name: (platform.services[name].host, platform.services[name].ports) for name in ADDRESSES}
    assert {name: host for name, (host, _ports) in found.items()} == {
        name: host for name, (host, _port) in ADDRESSES.items()
    }
    assert all(ADDRESSES[name][1] in ports.values() for name, (_host, ports) in found.items())


ADDRESSES = {
    "postgresql": ("postgresql.db.svc.cluster.local", 5432),
    "mongodb": ("mongodb.db.svc.cluster.local", 27017),
    "valkey": ("valkey-master.db.svc.cluster.local", 6379),
    "minio": ("minio.db.svc.cluster.local", 9000),
    "clickhouse": ("clickhouse.db.svc.cluster.local", 8123),
    "mysql": ("mysql.db.svc.cluster.local", 3306),
    "rabbitmq": ("rabbitmq.db.svc.cluster.local", 5672),
}


def test_the_platforms_machines_have_the_documents_sizes_and_addresses() -> None:
    gib = 2**30
    machines = {
        name: (node.address, node.cpu, node.memory, node.disk, node.hypervisor)
        for name, node in unified("platform").nodes.items()
        if node.type == "vm"
    }
    assert machines == {
        "k8s-master-1": ("192.168.100.10", 4000, 8 * gib, 50 * gib, "home-server"),
        "k8s-worker-1": ("192.168.100.11", 4000, 16 * gib, 100 * gib, "home-server"),
        "k8s-worker-2": ("192.168.100.12", 4000, 16 * gib, 100 * gib, "home-server"),
    }


def test_the_platforms_vpn_has_the_documents_addresses() -> None:
    link = unified("platform").links["pangolin"]
    assert (link.server, link.endpoint, link.port, link.protocol) == ("gateway", "80.90.178.207", 51820, "udp")
    assert link.members == {
        "gateway": "10.99.0.1",
        "k8s-master-1": "10.99.0.10",
        "k8s-worker-1": "10.99.0.11",
        "k8s-worker-2": "10.99.0.12",
    }


def test_the_platforms_backups_keep_the_documents_times() -> None:
    backups = unified("platform").backups
    assert {name: (job.engine, job.cron, job.keep) for name, job in backups.items()} == {
        "kubernetes-state": ("velero", "0 2 * * *", {"days": 7}),
        "postgresql": ("dump", "0 1 * * *", {"daily": 7, "weekly": 4, "monthly": 12}),
        "mongodb": ("dump", "30 1 * * *", {"days": 7}),
        "databases-daily": ("dump", "45 1 * * *", {"days": 7}),
        "weekly-full": ("velero", "0 3 * * 0", {"days": 30}),
        "monthly-full": ("velero", "0 4 1 * *", {"days": 365}),
    }
    assert backups["databases-daily"].of == ("clickhouse", "mysql")


def test_the_fleet_has_1088_nodes_and_an_instance_of_each_service_at_every_branch() -> None:
    fleet = unified("fleet")
    assert len(fleet.nodes) == 1088
    assert len(fleet.services["node-exporter"].instances) == 1088
    assert len(fleet.services["pos-api"].instances) == 40
    frigate = fleet.services["frigate"].instances
    assert {fleet.nodes[one.on or ""].labels["gpu"] for one in frigate} == {"yes"}


def test_the_fleets_machines_of_a_kind_are_spread_over_hypervisors() -> None:
    hypervisors = {name: node.hypervisor for name, node in unified("fleet").nodes.items() if name.startswith("cp-")}
    assert len(set(hypervisors.values())) == 3


def test_the_fleet_pools_one_database_per_site_that_has_a_consumer() -> None:
    databases = unified("fleet").databases.values()
    assert len(databases) == 41
    assert {one.version for one in databases} == {"16"}
    assert all(len(one.tenants) == 1 for one in databases)


def test_the_home_example_waits_for_facts_but_keeps_what_is_pinned() -> None:
    home = unified("home")
    assert [one.on for one in home.services["jellyfin"].instances] == ["nas"]
    assert set(planned("home").rounds.waiting) == {"uptime-kuma", "vaultwarden"}
