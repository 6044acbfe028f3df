"""Keys and links on one machine, from nothing to a rotation that breaks in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.keys import make_keys
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.setup import Links

if TYPE_CHECKING:
    from conftest import Machine

GATEWAY = {"name": "gateway", "allowed_ips": "10.99.0.0/24", "endpoint": "198.51.100.10:51820", "here": True}


def link(activate: bool = False, peer_key: str | None = "GATEWAYKEY=", **other: Any) -> dict[str, Any]:
    found = {"name": "vpn", "interface": "wg-vpn", "address": "10.99.0.11/24", "cidr": "10.99.0.0/24", "port": None}
    return found | {"forward": False, "activate": activate, "peers": [GATEWAY | {"public_key": peer_key}]} | other


def set_up(machine: Machine, *links: dict[str, Any], generation: str = "", check: bool = False) -> Links:
    done = Links(machine.run, check)
    done.apply(links, {"generation": generation, "mtu": 0, "keepalive": 25}, prune=True)
    return done


def joined(machine: Machine) -> Machine:
    make_keys(machine.run, ["vpn"], "", check=False)
    set_up(machine, link())
    machine.ran.clear()
    return machine


def test_a_first_key_waits_until_its_link_is_set_up(machine: Machine) -> None:
    made = make_keys(machine.run, ["vpn"], "", check=False)
    assert (made["changed"], made["keys"]["vpn"]["public"]) == (True, None)
    set_up(machine, link())
    again = make_keys(machine.run, ["vpn"], "", check=False)
    assert (again["changed"], again["keys"]["vpn"]) == (False, {"public": made["keys"]["vpn"]["next"], "next": None})


def test_check_mode_on_a_fresh_machine_foretells_and_writes_nothing(machine: Machine) -> None:
    assert make_keys(machine.run, ["vpn"], "", check=True)["changed"]
    done = set_up(machine, link(peer_key=None), check=True)
    assert done.changed()
    assert "PublicKey = (made when this is applied)" in done.diffs[0]["after"]
    assert not machine.folder.exists()
    assert machine.ran == []


def test_a_link_is_started_enabled_and_then_left_alone(machine: Machine) -> None:
    make_keys(machine.run, ["vpn"], "", check=False)
    assert set_up(machine, link()).result["restarted"] == ["wg-vpn"]
    assert machine.enabled == {"wg-quick@wg-vpn.service"}
    assert [path.stat().st_mode & 0o777 for path in machine.folder.iterdir()] == [0o600]
    machine.ran.clear()
    assert not set_up(machine, link()).changed()
    assert machine.ran == []


def test_a_new_key_of_a_peer_reaches_the_running_link(machine: Machine) -> None:
    done = set_up(joined(machine), link(peer_key="OTHER="))
    assert (done.result["updated"], done.result["restarted"]) == (["wg-vpn"], [])
    assert machine.ran == ["wg syncconf wg-vpn /dev/stdin"]


def test_a_peer_that_is_away_keeps_its_key(machine: Machine) -> None:
    away = GATEWAY | {"public_key": None, "here": False}
    done = set_up(joined(machine), link(peers=[away]))
    assert (done.changed(), done.result["kept"]) == (False, {"vpn": ["gateway"]})


def test_a_new_key_is_used_only_together_with_the_peers(machine: Machine) -> None:
    before = make_keys(joined(machine).run, ["vpn"], "w", check=False)["keys"]["vpn"]
    assert not set_up(machine, link(activate=False), generation="w").changed()
    assert make_keys(machine.run, ["vpn"], "w", check=False)["keys"]["vpn"] == before
    set_up(machine, link(activate=True), generation="w")
    again = make_keys(machine.run, ["vpn"], "w", check=False)
    assert (again["changed"], again["keys"]["vpn"]) == (False, {"public": before["next"], "next": None})


def test_a_key_that_cannot_be_used_waits_and_the_old_one_stays(machine: Machine) -> None:
    before = make_keys(joined(machine).run, ["vpn"], "w", check=False)["keys"]["vpn"]
    text = machine.conf()
    machine.broken = {"wg syncconf"}
    with pytest.raises(NodeError, match="broken for a test"):
        set_up(machine, link(activate=True), generation="w")
    assert machine.conf() == text
    assert make_keys(machine.run, ["vpn"], "", check=False)["keys"]["vpn"] == before


def test_a_key_that_came_into_use_before_a_crash_is_not_taken_for_a_new_one(machine: Machine) -> None:
    joined(machine)
    in_use = next(line for line in machine.conf().splitlines() if line.startswith("PrivateKey"))
    (machine.folder / "wg-vpn.next").write_text(in_use.removeprefix("PrivateKey = ") + "\n", encoding="utf-8")
    keys = make_keys(machine.run, ["vpn"], "w", check=False)
    assert keys["made"] == ["vpn"]
    assert keys["keys"]["vpn"]["next"] not in (None, keys["keys"]["vpn"]["public"])


def test_a_link_that_is_gone_from_the_spec_is_removed_with_its_keys(machine: Machine) -> None:
    assert set_up(joined(machine)).result["removed"] == ["wg-vpn"]
    assert list(machine.folder.iterdir()) == []
    assert machine.up == {}
    assert not set_up(machine).changed()


def test_a_configuration_of_somebody_else_is_never_touched(machine: Machine) -> None:
    machine.folder.mkdir()
    (machine.folder / "wg-vpn.conf").write_text("[Interface]\nPrivateKey = theirs\n", encoding="utf-8")
    with pytest.raises(NodeError, match="was not written by kombify"):
        make_keys(machine.run, ["vpn"], "", check=False)
    assert not set_up(machine).changed()
