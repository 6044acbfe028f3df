"""Which driver makes the machines, and what each says about itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kombify.sim.drivers import DRIVERS, choose_driver, make_driver, unreal
from kombify.sim.errors import SimError
from kombify.sim.machine import Driver, Machine

TIGHT = {"working": frozenset({"podman"})}
"""Root in a container, who may not make namespaces himself."""
WITH_PODMAN = {**TIGHT, "tools": frozenset({"podman", "mmdebstrap", "ip", "nft", "ssh"})}


@pytest.mark.parametrize(
    ("machine", "driver"),
    [
        ({}, "netns"),
        (TIGHT, "api-only"),
        (WITH_PODMAN, "podman"),
        ({**WITH_PODMAN, "working": frozenset()}, "api-only"),
        ({**WITH_PODMAN, "root": False}, "api-only"),
    ],
    ids=["root", "no namespaces", "no namespaces, but Podman", "a Podman that does not work", "not root"],
)
def test_auto_takes_the_most_real_driver_that_works(machine: dict[str, Any], driver: str, host) -> None:
    choice = choose_driver("auto", host(**machine))
    assert choice.name == driver
    assert bool(choice.reasons) == (driver != "netns")


def test_auto_says_why_not_a_better_one(host) -> None:
    assert choose_driver("auto", host(root=False)).reasons == (
        "netns or podman: namespaces and the image of the machines are made by root; run it with sudo",
    )
    assert choose_driver("auto", host(**TIGHT)).reasons == (
        "netns: this machine does not let us make namespaces (a container without privileges?)",
        "podman: not installed, or it does not work here",
    )


def test_what_can_be_installed_is_no_reason_to_take_a_worse_driver(host) -> None:
    assert choose_driver("auto", host(tools=frozenset({"podman"}))).name == "netns"


def test_a_driver_can_be_asked_for_by_name(host) -> None:
    assert [choose_driver(name, host(root=False)).name for name in DRIVERS] == list(DRIVERS)
    with pytest.raises(SimError, match="there is no driver 'docker'; it is one of auto, netns, podman, api-only"):
        choose_driver("docker", host())


@pytest.mark.parametrize("name", DRIVERS)
def test_every_driver_has_its_name_and_says_what_is_not_real(name: str, tmp_path: Path) -> None:
    driver: Driver = make_driver(name, "lab", tmp_path)
    assert driver.name == name
    assert driver.unreal == unreal(name) != ()


def test_without_machines_the_states_are_kept_and_nothing_can_be_reached(tmp_path: Path) -> None:
    driver = make_driver("api-only", "lab", tmp_path)
    driver.up()
    driver.add(Machine("web", "10.77.0.11/24"))
    driver.add(Machine("db", "10.77.0.12/24"))
    driver.stop("db")
    again = make_driver("api-only", "lab", tmp_path)
    assert [again.state(name) for name in ("web", "db", "none")] == ["running", "stopped", "stopped"]
    assert again.connection_vars("web") == {}
    with pytest.raises(SimError, match=r"(?s)web cannot be reached.*no machines behind the API.*kombify sim doctor"):
        again.wait("web", 60)
    again.reboot("db")
    again.rm("web")
    assert [again.state(name) for name in ("web", "db")] == ["stopped", "running"]
    again.down()
    assert again.state("db") == "stopped"
