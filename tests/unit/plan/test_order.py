# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.plan.order import run_list, waves
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Edge
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    Unified,
    UnifiedLink,
    UnifiedNode,
    UnifiedService,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec

INVENTORIES = Path(__file__).parents[3] / "inventories"


def edges(text: str, kind: str = "needs") -> list[Edge]:
    pairs = (pair.split(">") for pair in text.split())
    return [Edge(service=service, needs=needs, kind=kind, origin="spec:1:1") for service, needs in pairs]


def test_a_service_comes_after_all_that_it_needs() -> None:
    order = waves(["app", "db", "proxy", "vault"], edges("app>db app>proxy db>vault vault>proxy"))
    assert order == (("proxy",), ("vault",), ("db",), ("app",))


def test_services_without_needs_share_the_first_wave_in_natural_order() -> None:
    assert waves(["n10", "n2", "a"], []) == (("a", "n2", "n10"),)


def test_uses_gives_no_order() -> None:
    assert waves(["a", "b"], edges("a>b b>a", kind="uses")) == (("a", "b"),)


def test_services_in_a_circle_and_those_behind_it_end_up_last() -> None:
    order = waves(["free", "a", "b", "behind"], edges("a>b b>a behind>a"))
    assert order == (("free",), ("a", "b", "behind"))


def test_the_order_of_names_and_edges_does_not_matter() -> None:
    names, found = ["d", "c", "b", "a"], edges("a>b b>c a>d")
    assert waves(names, found) == waves(names[::-1], found[::-1])


def test_edges_to_unknown_services_are_ignored() -> None:
    assert waves(["a"], edges("a>ghost")) == (("a",),)


def test_no_services_make_no_waves() -> None:
    assert waves([], []) == ()


def test_the_platform_has_154_edges_in_8_waves() -> None:
    stack = load_spec(INVENTORIES / "platform" / "kombination.yaml").stack
    found = [
        Edge(service=name, needs=needed, origin="spec")
        for name, service in stack.services.items()
        for needed in service.needs
    ]
    order = waves(stack.services, found)
    assert len(found) == 154
    assert len(order) == 8
    assert order[0] == ("namespaces",)
    assert sum(len(wave) for wave in order) == 42


def service(name: str, cluster: str | None = None, state: str = "running") -> UnifiedService:
    target = "helm" if cluster else "compose"
    return UnifiedService(name=name, state=state, target=target, cluster=cluster, tier="app", wave=1, config_hash="0")


def unified(services: list[UnifiedService], order: tuple[tuple[str, ...], ...], **parts: object) -> Unified:
    return Unified(
        stack="test",
        timezone="UTC",
        spec_digest="",
        facts_digest="",
        nodes={"nas": UnifiedNode(name="nas", type="nas", state="present", docker=True)},
        services={one.name: one for one in services},
        waves=order,
        **parts,  # type: ignore[arg-type]
    )


def test_services_are_deployed_wave_by_wave_on_the_machines_that_run_them() -> None:
    plan = unified([service("db"), service("app"), service("portal", "k8s")], (("db",), ("app", "portal")))
    steps = [(step.stage, step.tags, step.limit) for step in run_list(plan)]
    assert steps == [
        ("prepare", ("prepare",), "all:!proxmox_hypervisors:!set_aside"),
        ("infrastructure", ("db",), "docker_hosts:!set_aside"),
        ("infrastructure", ("app", "portal"), "kube_control_plane*:docker_hosts:!set_aside"),
        ("monitoring", ("monitoring",), "kube_control_plane*:docker_hosts:!set_aside"),
    ]


def test_stages_run_only_when_they_have_work() -> None:
    assert [step.stage for step in run_list(unified([], ()))] == ["prepare"]
    link = UnifiedLink(name="vpn", type="wireguard", cidr="10.99.0.0/24", port=51820, protocol="udp")
    assert [step.stage for step in run_list(unified([], (), links={"vpn": link}))] == ["prepare", "pangolin"]


def test_a_service_that_is_to_be_absent_is_not_deployed() -> None:
    plan = unified([service("db"), service("old", state="absent")], (("db",), ("old",)))
    assert [step.services for step in run_list(plan) if step.stage == "infrastructure"] == [("db",)]
