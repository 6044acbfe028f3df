"""Every machine of a link works out the same: who its peers are, and whether new keys come into use."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.peers import (
    Machine,
    interface_name,
    machine_link,
)

VPN = {"gateway": "10.99.0.1", "web": "10.99.0.11", "db": "10.99.0.12"}
HOSTS = {"gateway": "198.51.100.10", "web": "192.0.2.11", "db": "192.0.2.12"}
ALL = frozenset(VPN)


def vpn(me: str, **other: Any) -> dict[str, Any]:
    link = {"name": "vpn", "type": "wireguard", "cidr": "10.99.0.0/24", "port": 51820, "protocol": "udp"}
    link |= {"role": "member", "server": "gateway", "endpoint": "198.51.100.10", "address": f"{VPN[me]}/24"}
    if me == "gateway":
        peers = [{"name": name, "address": address} for name, address in VPN.items() if name != me]
        link |= {"role": "server", "peers": peers}
    return link | other


def mesh(me: str) -> dict[str, Any]:
    link = vpn(me)
    return {key: value for key, value in link.items() if key not in {"server", "endpoint", "peers"}} | {
        "role": "member"
    }


def keys(public: str | None, following: str | None = None) -> dict[str, str | None]:
    return {"public": public, "next": following}


KNOWN = {name: keys(f"{name}-key") for name in VPN}
STAGED = {name: keys(f"{name}-old", f"{name}-new") for name in VPN}


def side(
    me: str,
    make: Any = vpn,
    known: dict[str, dict[str, str | None]] = KNOWN,
    here: frozenset[str] = ALL,
    absent: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    def machine(name: str) -> Machine:
        links = {} if name in absent else {"vpn": make(name)}
        return Machine(name, HOSTS[name], links, {"vpn": known[name]} if name in known else {})

    group = sorted(ALL - absent)
    return machine_link(make(me), me, group, machine, here)


def test_a_server_has_all_members_as_peers_and_passes_packets_on() -> None:
    found = side("gateway")
    assert (found["interface"], found["port"], found["forward"]) == ("wg-vpn", 51820, True)
    assert found["peers"] == [
        {"name": "web", "address": "10.99.0.11", "allowed_ips": "10.99.0.11/32", "here": True, "public_key": "web-key"},
        {"name": "db", "address": "10.99.0.12", "allowed_ips": "10.99.0.12/32", "here": True, "public_key": "db-key"},
    ]


def test_a_member_has_the_server_as_its_only_peer_and_needs_no_port() -> None:
    found = side("web")
    assert (found["port"], found["forward"]) == (None, False)
    assert found["peers"] == [
        {
            "name": "gateway",
            "address": "10.99.0.1",
            "allowed_ips": "10.99.0.0/24",
            "endpoint": "198.51.100.10:51820",
            "here": True,
            "public_key": "gateway-key",
        }
    ]


def test_in_a_mesh_everybody_is_a_peer_of_everybody() -> None:
    found = side("web", mesh)
    assert (found["port"], found["forward"]) == (51820, False)
    assert [(peer["name"], peer["allowed_ips"], peer["endpoint"]) for peer in found["peers"]] == [
        ("db", "10.99.0.12/32", "192.0.2.12:51820"),
        ("gateway", "10.99.0.1/32", "198.51.100.10:51820"),
    ]


def test_a_server_without_an_endpoint_is_found_where_ansible_finds_it() -> None:
    def machine(name: str) -> Machine:
        return Machine(name, "2001:db8::1", {"vpn": vpn(name)})

    found = machine_link(vpn("web", endpoint=None), "web", ALL, machine, ALL)
    assert found["peers"][0]["endpoint"] == "[2001:db8::1]:51820"


def test_an_absent_machine_is_nobodys_peer() -> None:
    assert [peer["name"] for peer in side("gateway", absent=frozenset({"db"}))["peers"]] == ["web"]


def test_members_behind_a_server_reach_it_and_each_other_in_a_ring() -> None:
    reached = {name: [one["name"] for one in side(name)["reach"]] for name in VPN}
    assert reached == {"gateway": ["web", "db"], "web": ["gateway", "db"], "db": ["gateway", "web"]}


def test_who_does_not_take_part_is_not_asked_for_an_answer() -> None:
    here = frozenset({"web", "gateway"})
    assert [one["name"] for one in side("gateway", here=here)["reach"]] == ["web"]
    assert [one["name"] for one in side("web", here=here)["reach"]] == ["gateway"]
    assert side("web", here=frozenset({"web"}))["reach"] == []


@pytest.mark.parametrize("make", [vpn, mesh], ids=["server", "mesh"])
def test_new_keys_come_into_use_on_all_machines_together(make: Any) -> None:
    sides = [side(name, make, STAGED) for name in VPN]
    assert all(one["activate"] for one in sides)
    assert {peer["public_key"] for one in sides for peer in one["peers"]} <= {f"{name}-new" for name in VPN}


@pytest.mark.parametrize("make", [vpn, mesh], ids=["server", "mesh"])
def test_new_keys_wait_while_a_machine_is_away(make: Any) -> None:
    here = frozenset({"gateway", "web"})
    known = {name: STAGED[name] for name in here}
    sides = [side(name, make, known, here) for name in sorted(here)]
    assert not any(one["activate"] for one in sides)
    found = {peer["public_key"] for one in sides for peer in one["peers"]}
    assert found == {"gateway-old", "web-old", None}


def test_a_rotation_that_was_killed_goes_on_where_some_have_changed_already() -> None:
    known = {**STAGED, "gateway": keys("gateway-new")}
    web, gateway = side("web", known=known), side("gateway", known=known)
    assert (web["activate"], web["peers"][0]["public_key"]) == (True, "gateway-new")
    assert (gateway["activate"], gateway["peers"][0]["public_key"]) == (True, "web-new")


def test_the_first_key_of_a_machine_needs_nobodys_consent() -> None:
    known = {"gateway": keys("gateway-key"), "web": keys(None, "web-first")}
    found = side("gateway", known=known, here=frozenset({"gateway", "web"}))
    assert (found["activate"], found["peers"][0]["public_key"]) == (False, "web-first")


@pytest.mark.parametrize(
    ("link", "interface"),
    [("vpn", "wg-vpn"), ("twelve-chars", "wg-twelve-chars"), ("thirteen-chars", "wg-thirtee-a3af")],
)
def test_an_interface_is_named_for_its_link_in_15_characters(link: str, interface: str) -> None:
    assert interface_name(link) == interface


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert interface_name("headquarters-north") != interface_name("headquarters-south")
