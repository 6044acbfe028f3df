# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a WireGuard interface as the kernel, or wireguard-go, has it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Run
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.conf import Link


@dataclass(frozen=True)
class LivePeer:
    """A peer as the interface has it."""

    allowed_ips: frozenset[str]
    keepalive: int
    handshake: int
    """When keys were last agreed on, in seconds since 1970; 0 for never."""


@dataclass(frozen=True)
class Live:
    """An interface that is there."""

    private_key: str
    port: int
    peers: Mapping[str, LivePeer]


def read_live(run: Run, interface: str) -> Live | None:
    """Return the state of an interface; None when it is not there."""
    code, answer, _complaints = run(["wg", "show", interface, "dump"])
    if code or not answer.strip():
        return None
    first, *rest = [line.split("\t") for line in answer.splitlines()]
    peers = {
        key: LivePeer(
            allowed_ips=frozenset(allowed.split(",")) - {"(none)"},
            keepalive=0 if keepalive == "off" else int(keepalive),
            handshake=int(handshake),
        )
        for key, _shared, _endpoint, allowed, handshake, _received, _sent, keepalive in rest
    }
    return Live(private_key=first[0], port=int(first[2]), peers=peers)


def passes_on(link: Link) -> bool:
    """Tell whether the interface forwards as its link says; a change of all interfaces, at any time, changes it too."""
    if not link.forward or ":" in link.cidr:
        return True
    switch = Path("/proc/sys/net/ipv4/conf") / link.interface / "forwarding"
    return switch.read_text(encoding="ascii").strip() == "1"


def is_as_wanted(live: Live, link: Link, private_key: str) -> bool:
    """Tell whether an interface runs what its link says. A peer's endpoint may roam, so it does not count."""
    wanted = {
        peer.public_key: (frozenset({peer.allowed_ips}), link.keepalive if peer.endpoint else 0) for peer in link.peers
    }
    found = {key: (peer.allowed_ips, peer.keepalive) for key, peer in live.peers.items()}
    return live.private_key == private_key and link.port in (None, live.port) and found == wanted
