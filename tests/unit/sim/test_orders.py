"""What can be ordered of a lab, and what is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from kombify.sim.errors import SimError
from kombify.sim.machine import Machine
from kombify.sim.order import check_order, free_address, read_orders, write_order


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (Machine("Nas", "10.0.0.1/24"), "cannot name a node"),
        (Machine("nas-", "10.0.0.1/24"), "cannot name a node"),
        (Machine("../nas", "10.0.0.1/24"), "cannot name a node"),
        (Machine("n" * 64, "10.0.0.1/24"), "cannot name a node"),
        (Machine("nas", "10.0.0.1"), "cannot be the address"),
        (Machine("nas", "10.0.0.0/24"), "cannot be the address"),
        (Machine("nas", "10.0.0.255/24"), "cannot be the address"),
        (Machine("nas", "127.0.0.1/8"), "cannot be the address"),
        (Machine("nas", "169.254.77.1/16"), "cannot be the address"),
        (Machine("nas", "224.0.0.1/24"), "cannot be the address"),
        (Machine("nas", "nas.example.org"), "no IPv4 address"),
        (Machine("nas", "fd00::1/64"), "no IPv4 address"),
        (Machine("nas", "10.0.0.1/24", user="a b"), "cannot name a user"),
        (Machine("nas", "10.0.0.1/24", keys=("one\ntwo",)), "not one line"),
    ],
    ids=lambda value: f"{value.name} {value.address}"[:40] if isinstance(value, Machine) else value,
)
def test_what_cannot_be_made_is_refused(machine: Machine, said: str) -> None:
    with pytest.raises(SimError, match=said):
        check_order(machine)


@pytest.mark.parametrize("address", ["10.0.0.1/24", "203.0.113.207/32", "10.0.0.0/31"])
def test_any_other_address_will_do(address: str) -> None:
    check_order(Machine("n" * 63, address))


def test_orders_are_kept(tmp_path: Path) -> None:
    machine = Machine("nas", "10.0.0.1/24", 2**30, "me", ("ssh-ed25519 A", "ssh-ed25519 B"))
    (tmp_path / "nas").mkdir()
    (tmp_path / "half-made").mkdir()
    write_order(tmp_path / "nas", machine)
    assert read_orders(tmp_path) == {"nas": machine}


def test_the_next_free_address_is_found() -> None:
    there = [Machine("a", "10.77.0.11/24"), Machine("b", "10.77.0.13/24")]
    assert free_address(there) == "10.77.0.12/24"
    assert free_address([]) == "10.77.0.11/24"


def test_a_full_network_is_said(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="no address of"):
        free_address([Machine(f"n{last}", f"10.77.0.{last}/24") for last in range(1, 255)])
