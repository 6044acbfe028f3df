"""Configurations of links: complete, stable, and never shown with their key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.conf import (
    Link,
    Peer,
    boot_text,
    hide_key,
    live_text,
    needs_restart,
    read_text,
    wanted_peers,
)
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.live import is_as_wanted, read_live

GATEWAY = Peer("gateway", "GATEWAYKEY=", "10.99.0.0/24", "198.51.100.10:51820")
WEB = Link("vpn", "wg-vpn", "10.99.0.11/24", "10.99.0.0/24", None, False, 0, 25, "2026-12", (GATEWAY,))
SERVER = Link(
    "vpn",
    "wg-vpn",
    "10.99.0.1/24",
    "10.99.0.0/24",
    51820,
    True,
    1380,
    25,
    "",
    (Peer("web", "WEBKEY=", "10.99.0.11/32"),),
)

WEB_TEXT = """\
# Link vpn, written by kombify.stack: changes are overwritten.
# Key made for: 2026-12
[Interface]
PrivateKey = SECRET=
Address = 10.99.0.11/24

[Peer]
# gateway
PublicKey = GATEWAYKEY=
AllowedIPs = 10.99.0.0/24
Endpoint = 198.51.100.10:51820
PersistentKeepalive = 25
"""
DUMP = "SECRET=\tPUBLIC=\t40000\toff\nGATEWAYKEY=\t(none)\t203.0.113.9:51820\t10.99.0.0/24\t1795219200\t1\t2\t25\n"


def live(dump: str = DUMP) -> bool:
    state = read_live(lambda _command: (0, dump, ""), "wg-vpn")
    assert state is not None
    return is_as_wanted(state, WEB, "SECRET=")


def test_a_member_finds_everything_at_boot() -> None:
    assert boot_text(WEB, "SECRET=") == WEB_TEXT


def test_a_configuration_is_read_back() -> None:
    found = read_text(WEB_TEXT)
    assert (found.private_key, found.generation, found.keys) == ("SECRET=", "2026-12", {"gateway": "GATEWAYKEY="})


@pytest.mark.parametrize("length", range(0, len(WEB_TEXT), 7))
def test_a_configuration_that_was_cut_off_gives_what_is_left(length: int) -> None:
    assert set(read_text(WEB_TEXT[:length]).keys) <= {"gateway"}


def test_a_server_listens_and_forwards_within_the_link_only() -> None:
    text = boot_text(SERVER, "SECRET=")
    assert "ListenPort = 51820\nAddress = 10.99.0.1/24\nMTU = 1380\n" in text
    assert "PostUp = ip rule add priority 5182 iif %i to 10.99.0.0/24 lookup main\n" in text
    assert "PostUp = ip rule add priority 5183 iif %i prohibit\n" in text
    assert "net.ipv4.conf.%i.forwarding=1" in text
    assert "PersistentKeepalive" not in text


def test_what_wg_reads_holds_nothing_that_only_wg_quick_knows() -> None:
    text = live_text(SERVER, "SECRET=")
    assert text.startswith("[Interface]\nPrivateKey = SECRET=\nListenPort = 51820\n\n[Peer]\n")
    assert not any(word in text for word in ("Address", "MTU", "PostUp"))


def test_no_key_is_shown() -> None:
    assert "SECRET" not in hide_key(WEB_TEXT)
    assert "PrivateKey = (hidden)" in hide_key(WEB_TEXT)


@pytest.mark.parametrize(
    ("after", "restart"),
    [
        (replace(WEB, peers=()), False),
        (replace(WEB, keepalive=5), False),
        (replace(WEB, generation="2027-01"), False),
        (replace(WEB, port=51820), False),
        (replace(WEB, mtu=1280), True),
        (replace(WEB, address="10.99.0.13/24"), True),
        (replace(WEB, forward=True), True),
    ],
    ids=["peers", "keepalive", "key", "port", "mtu", "address", "server"],
)
def test_only_what_cannot_change_while_it_runs_starts_a_link_again(after: Link, restart: bool) -> None:
    assert needs_restart(WEB_TEXT, boot_text(after, "OTHER=")) is restart


def test_a_peer_that_roams_is_as_wanted() -> None:
    assert live()


@pytest.mark.parametrize(
    "dump",
    [
        DUMP.replace("SECRET=", "OTHER="),
        DUMP.replace("GATEWAYKEY=", "OTHERKEY="),
        DUMP.replace("10.99.0.0/24", "10.99.0.1/32"),
        DUMP.replace("\t25\n", "\toff\n"),
        DUMP.splitlines(keepends=True)[0],
    ],
    ids=["own key", "peer's key", "addresses", "keepalive", "no peer"],
)
def test_what_was_changed_by_hand_is_seen(dump: str) -> None:
    assert not live(dump)


def test_an_interface_that_is_not_there_has_no_state() -> None:
    assert read_live(lambda _command: (1, "", "Unable to access interface: No such device"), "wg-vpn") is None


def test_a_peer_that_is_away_keeps_its_key_and_an_unknown_one_is_missing() -> None:
    peers = [
        {"name": "web", "public_key": "NEW=", "allowed_ips": "10.99.0.11/32", "here": True},
        {"name": "db", "public_key": None, "allowed_ips": "10.99.0.12/32", "here": False},
        {"name": "nas", "public_key": None, "allowed_ips": "10.99.0.13/32", "here": False},
    ]
    found, kept, missing = wanted_peers(peers, {"web": "OLD=", "db": "DBKEY="})
    assert [(peer.name, peer.public_key) for peer in found] == [("web", "NEW="), ("db", "DBKEY=")]
    assert (kept, missing) == (["db"], ["nas"])
