# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proof that a link works: keys were agreed on with its peers, and machines at the other end answer."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Run
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.live import read_live

PAUSE = 0.25


class Target(NamedTuple):
    """A machine that has to answer through a link."""

    interface: str
    name: str
    address: str


def targets_of(links: Iterable[Mapping[str, Any]]) -> list[Target]:
    """Return everybody whom the links have to reach."""
    return [Target(link["interface"], one["name"], one["address"]) for link in links for one in link["reach"]]


def silent_targets(targets: list[Target], seconds: float) -> list[Target]:
    """Ping all targets at once, again and again those that are silent, and return who still is at the end."""
    end = time.monotonic() + seconds
    while True:
        targets = _silent(targets)
        if not targets or time.monotonic() >= end:
            return targets
        time.sleep(PAUSE)


def problems_of(run: Run, links: Iterable[Mapping[str, Any]], silent: Iterable[Target]) -> list[str]:
    """Say of every silent target what is known: no interface, no handshake, or only no answer."""
    by_interface = {link["interface"]: link for link in links}
    return [_problem(run, by_interface[target.interface], target) for target in silent]


def handshakes(run: Run, links: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Return by link and peer when keys were last agreed on, in seconds since 1970; 0 for never."""
    found = {}
    for link in links:
        live = read_live(run, link["interface"])
        by_address = {} if live is None else {min(peer.allowed_ips, default=""): peer for peer in live.peers.values()}
        moments = {peer["name"]: by_address.get(peer["allowed_ips"]) for peer in link["peers"]}
        found[link["name"]] = {name: peer.handshake if peer else 0 for name, peer in moments.items()}
    return found


def _silent(targets: list[Target]) -> list[Target]:
    pings = [(target, _ping(target)) for target in targets]
    return [target for target, ping in pings if ping.wait() != 0]


def _ping(target: Target) -> subprocess.Popen[bytes]:
    command = ["ping", "-n", "-q", "-c", "1", "-W", "1", "-I", target.interface, target.address]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _problem(run: Run, link: Mapping[str, Any], target: Target) -> str:
    who = f"link {link['name']}: {target.name} ({target.address}) does not answer"
    live = read_live(run, link["interface"])
    if live is None:
        return f"{who}, because {link['interface']} is not up. See 'systemctl status wg-quick@{link['interface']}'."
    peer = next((peer for peer in link["peers"] if peer["name"] == target.name), None)
    if peer is None:
        return f"{who} through the server, which has to forward it. See 'nft list ruleset' there."
    moment = handshakes(run, [link])[link["name"]][target.name]
    if moment:
        return f"{who}, although keys were agreed on. See the firewall of {target.name} ('nft list ruleset')."
    place = f"port {link['port'] or ''}/udp of this machine" if "endpoint" not in peer else f"{peer['endpoint']}/udp"
    return f"{who}, and no keys were agreed on. See whether {place} is open, and whether both have the same keys."
