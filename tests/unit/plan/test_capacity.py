# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import NOTHING, Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.capacity import CapacityReport, capacity
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import (
    InstanceNeed,
    NodeNeed,
    Requirements,
    ServiceNeed,
)

GIB = 2**30


def amount(memory: int, storage: int = 0, cpu: int = 0) -> Resources:
    return Resources(memory=memory * GIB, storage=storage * GIB, cpu=cpu * 1000)


def machine(name: str, size: Resources | None, reserve: Resources = NOTHING, **rest: object) -> NodeNeed:
    allocatable = None
    if size is not None:
        allocatable = Resources(
            memory=size.memory - reserve.memory, storage=size.storage - reserve.storage, cpu=size.cpu * 4
        )
    given = {"type": "server", "state": "present", "docker": True, **rest}
    return NodeNeed(name=name, size=size, reserve=reserve, allocatable=allocatable, **given)  # type: ignore[arg-type]


def service(name: str, requests: Resources, *targets: str, cluster: str | None = None) -> ServiceNeed:
    instances = (InstanceNeed(name=name, targets=targets),)
    return ServiceNeed(name=name, kit=None, state="running", requests=requests, instances=instances, cluster=cluster)


def report(
    nodes: list[NodeNeed],
    services: Sequence[ServiceNeed] = (),
    *,
    placed: Mapping[str, str] | None = None,
    vms: Mapping[str, str] | None = None,
    clusters: Mapping[str, list[str]] | None = None,
) -> CapacityReport:
    by_name = {node.name: node for node in nodes}
    requirements = Requirements(stack="home", nodes=by_name, services={one.name: one for one in services})
    members = {name: [by_name[one] for one in names] for name, names in (clusters or {}).items()}
    return capacity(requirements, vms or {}, placed or {}, members)


def test_a_machine_shows_size_reserve_promised_free_and_utilisation() -> None:
    nas = machine("nas", amount(16, 100, 4), amount(1, 10))
    row = report([nas], [service("web", amount(6, 45, 2), "nas")], placed={"web": "nas"}).of("node", "nas")
    assert row is not None
    assert (row.size, row.reserve, row.promised) == (amount(16, 100, 4), amount(1, 10), amount(6, 45, 2))
    assert row.free == amount(9, 45, 14)
    assert row.utilisation == {"memory": 400, "storage": 500, "cpu": 125}
    assert row.largest == row.free


def test_more_promised_than_there_is_leaves_a_negative_rest_and_no_room() -> None:
    row = report([machine("nas", amount(4))], [service("web", amount(6), "nas")], placed={"web": "nas"}).of(
        "node", "nas"
    )
    assert row is not None
    assert row.free.memory == -2 * GIB
    assert row.largest.memory == 0
    assert row.utilisation["memory"] == 1500


def test_the_largest_item_that_fits_in_the_stack_is_that_of_one_machine() -> None:
    found = report([machine("a", amount(8)), machine("b", amount(12))])
    row = found.of("stack", "home")
    assert row is not None
    assert row.free.memory == 20 * GIB
    assert row.largest.memory == 12 * GIB


def test_sites_and_labels_add_up_their_machines() -> None:
    found = report(
        [
            machine("a", amount(8), site="hq", labels={"tier": "edge"}),
            machine("b", amount(4), site="hq"),
            machine("c", amount(2), site="dr", labels={"tier": "edge"}),
        ]
    )
    sums = {(row.scope, row.name): row.size.memory // GIB for row in found.rows if row.scope in ("site", "label")}
    assert sums == {("site", "dr"): 2, ("site", "hq"): 12, ("label", "tier=edge"): 10}


def test_vms_and_services_are_counted_apart() -> None:
    nodes = [
        machine("pve", amount(64), type="hypervisor", docker=False),
        machine("vm", amount(16), type="vm", hypervisors=("pve",)),
    ]
    found = report(nodes, [service("web", amount(4), "vm")], vms={"vm": "pve"}, placed={"web": "vm"})
    machines, services = found.of("stack", "home", "VMs"), found.of("stack", "home", "services")
    assert machines is not None
    assert services is not None
    assert (machines.size, machines.promised) == (amount(64), amount(16))
    assert (services.size, services.promised) == (amount(16), amount(4))


def test_a_cluster_is_one_row_and_fits_no_more_than_its_largest_machine() -> None:
    nodes = [machine(name, amount(8, 50), cluster="k8s", docker=False) for name in ("k1", "k2", "k3")]
    services = [service("web", amount(6), "k8s", cluster="k8s"), service("agent", amount(1), "k1")]
    found = report(nodes, services, placed={"web": "k8s", "agent": "k1"}, clusters={"k8s": ["k1", "k2", "k3"]})
    row = found.of("cluster", "k8s")
    assert row is not None
    assert (row.nodes, row.items, row.promised.memory) == (3, 2, 7 * GIB)
    assert row.largest == Resources(memory=8 * GIB, storage=50 * GIB)
    assert found.of("node", "k1") is None


def test_machines_of_unknown_size_are_counted_as_unknown() -> None:
    row = report([machine("a", None), machine("b", amount(4))]).of("stack", "home")
    assert row is not None
    assert (row.nodes, row.unknown, row.size) == (2, 1, amount(4))


def test_machines_that_take_nothing_are_left_out() -> None:
    found = report(
        [machine("off", amount(4), state="maintenance"), machine("gone", amount(4), state="absent")],
    )
    assert found.rows == ()


def test_rows_come_in_natural_order() -> None:
    found = report([machine(name, amount(1)) for name in ("n10", "n2", "n1")])
    assert [row.name for row in found.rows] == ["home", "n1", "n2", "n10"]
