"""Machines reach each other through their links, whatever happened before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Joined

FIXTURES = Path(__file__).parent / "fixtures"


def test_links_come_back_after_a_restart(joined: Joined) -> None:
    for name in ("gateway", "web"):
        joined.site.lab.reboot(name)
        joined.site.lab.wait(name)
        joined.site.until(name, "systemctl is-active wg-quick@wg-vpn wg-quick@wg-mesh | uniq", "active")
    ran = joined.join()
    assert ran.went_well(), ran.said
    assert set(ran.changed.values()) == {0}
    assert joined.silent() == set()


def test_a_change_reaches_a_link_while_it_runs_and_a_new_mtu_starts_it_again(joined: Joined) -> None:
    before = joined.site.look("web", "cat /sys/class/net/wg-vpn/ifindex")
    assert joined.join(pangolin_keepalive=20).changed == {"gateway": 1, "web": 1, "db": 1}
    assert "every 20 seconds" in joined.site.look("web", "wg show wg-vpn")
    assert joined.site.look("web", "cat /sys/class/net/wg-vpn/ifindex") == before
    assert joined.join(pangolin_keepalive=20, pangolin_mtu=1280).went_well()
    assert joined.site.look("web", "cat /sys/class/net/wg-vpn/mtu") == "1280"
    assert joined.join().went_well()


def test_what_died_or_was_changed_by_hand_is_mended(joined: Joined) -> None:
    peer = joined.site.look("web", "wg show wg-vpn peers")
    joined.site.look(
        "web", f"wg set wg-vpn peer {peer} remove; ip link delete wg-mesh; systemctl disable wg-quick@wg-vpn"
    )
    ran = joined.join()
    assert ran.changed == {"gateway": 0, "web": 1, "db": 0}, ran.said
    assert joined.silent() == set()
    assert joined.site.look("web", "systemctl is-enabled wg-quick@wg-vpn") == "enabled"


def test_members_get_nowhere_else_through_the_server(joined: Joined) -> None:
    peer = joined.site.look("web", "wg show wg-vpn peers")
    joined.site.look("web", f"wg set wg-vpn peer {peer} allowed-ips 10.99.0.0/24,203.0.113.0/24")
    joined.site.look("web", "ip route add 203.0.113.0/24 dev wg-vpn")
    joined.site.look("gateway", "sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.wg-vpn.forwarding=1")
    assert "From 10.99.0.1" in (said := joined.site.look("web", "ping -c 1 -W 3 203.0.113.9"))
    assert "Packet filtered" in said
    joined.site.look("web", "ip route del 203.0.113.0/24 dev wg-vpn")
    assert joined.join().changed["web"] == 1


def test_the_server_passes_packets_on_where_nothing_else_is_forwarded(joined: Joined) -> None:
    joined.site.look("gateway", "sysctl -w net.ipv4.ip_forward=0")
    assert not joined.answers("web", "10.99.0.12")
    assert joined.join().changed["gateway"] == 1
    assert joined.answers("web", "10.99.0.12")
    assert joined.site.look("gateway", "sysctl -n net.ipv4.ip_forward net.ipv4.conf.eth0.forwarding | uniq") == "0"


def test_a_machine_that_is_off_fails_alone(joined: Joined) -> None:
    joined.site.lab.stop("db")
    ran = joined.join()
    assert ran.failed == {"gateway": False, "web": False, "db": True}
    assert joined.silent("gateway", "web") == set()
    joined.site.lab.start("db")
    joined.site.lab.wait("db")
    again = joined.join()
    assert again.went_well(), again.said
    assert joined.silent() == set()


def test_a_limited_run_keeps_the_keys_of_all_others(joined: Joined) -> None:
    ran = joined.join("--limit", "web")
    assert (ran.changed, ran.went_well()) == ({"web": 0}, True), ran.said
    assert joined.silent() == set()


def test_a_machine_that_was_installed_anew_finds_back(joined: Joined) -> None:
    assert joined.site.play(str(FIXTURES / "undo.yml"), "--limit", "db").went_well()
    alone = joined.join("--limit", "db")
    assert "gateway did not take part" in alone.said
    ran = joined.join()
    assert ran.went_well(), ran.said
    assert joined.silent() == set()


def test_undo_removes_everything(joined: Joined) -> None:
    undo = ["all", "--become", "-m", "include_role", "-a", "name=kombify.stack.pangolin tasks_from=undo"]
    joined.site.ended(joined.site.start(*undo, program="ansible"))
    for name in ("gateway", "web", "db"):
        assert joined.site.look(name, "ls -A /etc/wireguard; ip -brief link | grep wg-; ip rule | grep wg-") == ""
        assert joined.site.look(name, "systemctl list-units --all --no-legend 'wg-quick@*'") == ""
    assert joined.join().went_well()


def test_a_type_that_is_not_set_up_yet_is_refused_with_the_way_out(joined: Joined) -> None:
    refused = type(joined.site)(joined.site.lab, FIXTURES / "refused.kombination.yaml")
    ran = refused.play("kombify.stack.pangolin")
    assert set(ran.failed.values()) == {True}
    assert "Links of type headscale (vpn) are not set up by kombify.stack yet. Write 'type: wireguard'" in ran.said
    assert joined.silent() == set()
