# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of one link as text: what wg-quick reads at boot, and what wg takes while the link runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MARK = "written by kombify.stack"
HIDDEN = "(hidden)"
FORWARDING = (
    "net.ipv4.conf.%i.forwarding=1",
    "net.ipv4.conf.%i.send_redirects=0",  # nobody can take a shorter way than through the server;
    "net.ipv4.conf.all.send_redirects=0",  # the kernel takes a 1 here for every interface, all others keep their own
)
_PEER = re.compile(r"^\[Peer\]\n# (?P<name>\S+)\nPublicKey = (?P<key>\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Peer:
    """A machine at the other end."""

    name: str
    public_key: str
    allowed_ips: str
    endpoint: str | None = None


@dataclass(frozen=True)
class Link:
    """A link as this machine shall have it."""

    name: str
    interface: str
    address: str
    cidr: str
    port: int | None
    forward: bool
    mtu: int
    keepalive: int
    generation: str
    """The word under which the key was made; empty for a first key."""
    peers: tuple[Peer, ...]


@dataclass(frozen=True)
class Written:
    """What an older configuration of ours says."""

    private_key: str | None
    generation: str
    keys: Mapping[str, str]
    """The public keys of peers, by name."""


def boot_text(link: Link, private_key: str) -> str:
    """Return the whole configuration, for ``/etc/wireguard``."""
    keys = [f"# Key made for: {link.generation}"] if link.generation else []
    lines = [
        f"# Link {link.name}, {MARK}: changes are overwritten.",
        *keys,
        "[Interface]",
        f"PrivateKey = {private_key}",
        *_interface(link),
        *_hooks(link),
    ]
    return "\n".join([*lines, *_peers(link)]) + "\n"


def live_text(link: Link, private_key: str) -> str:
    """Return what ``wg syncconf`` reads: the same without what only wg-quick knows."""
    port = [] if link.port is None else [f"ListenPort = {link.port}"]
    return "\n".join(["[Interface]", f"PrivateKey = {private_key}", *port, *_peers(link)]) + "\n"


def hide_key(text: str) -> str:
    """Return a configuration that may be shown."""
    return re.sub(r"^(PrivateKey = ).*$", rf"\g<1>{HIDDEN}", text, flags=re.MULTILINE)


def needs_restart(before: str, after: str) -> bool:
    """Tell whether two configurations differ in what only a new start of the interface applies."""
    return _fixed_part(before) != _fixed_part(after)


def read_text(text: str) -> Written:
    """Return what a configuration says; one that was cut off says less."""
    values = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line and not line.startswith("#"))
    generation = re.search(r"^# Key made for: (.*)$", text, re.MULTILINE)
    return Written(
        private_key=values.get("PrivateKey"),
        generation=generation[1] if generation else "",
        keys={found["name"]: found["key"] for found in _PEER.finditer(text)},
    )


def wanted_peers(
    peers: Iterable[Mapping[str, Any]], known: Mapping[str, str], coming: str | None = None
) -> tuple[list[Peer], list[str], list[str]]:
    """Return the peers whose key is known, the names of those whose key is from an earlier run, and the missing.

    `coming` stands, in check mode, for a key that a peer would make in this run.
    """
    found, kept, missing = [], [], []
    for peer in peers:
        key = peer.get("public_key") or known.get(peer["name"]) or (coming if peer["here"] else None)
        if key is None:
            missing.append(peer["name"])
            continue
        if not peer.get("public_key") and not peer["here"]:
            kept.append(peer["name"])
        found.append(Peer(peer["name"], key, peer["allowed_ips"], peer.get("endpoint")))
    return found, kept, missing


def _interface(link: Link) -> list[str]:
    port = [] if link.port is None else [f"ListenPort = {link.port}"]
    mtu = [f"MTU = {link.mtu}"] if link.mtu else []
    return [*port, f"Address = {link.address}", *mtu]


def _hooks(link: Link) -> list[str]:
    """Return the commands that let a server pass packets from member to member, and nowhere else."""
    if not link.forward or ":" in link.cidr:
        return []
    within, elsewhere = f"priority 5182 iif %i to {link.cidr} lookup main", "priority 5183 iif %i prohibit"
    rules = [f"ip rule {action} {rule}" for rule in (within, elsewhere) for action in ("del", "add")]
    quiet = [f"{rule} 2>/dev/null || true" if " del " in rule else rule for rule in rules]
    return [
        *(f"PostUp = {rule}" for rule in quiet),
        f"PostUp = sysctl --quiet --write {' '.join(FORWARDING)}",
        *(f"PostDown = {rule}" for rule in quiet if " del " in rule),
    ]


def _peers(link: Link) -> list[str]:
    return [line for peer in link.peers for line in _peer(peer, link.keepalive)]


def _peer(peer: Peer, keepalive: int) -> list[str]:
    lines = ["", "[Peer]", f"# {peer.name}", f"PublicKey = {peer.public_key}", f"AllowedIPs = {peer.allowed_ips}"]
    if peer.endpoint:
        lines.append(f"Endpoint = {peer.endpoint}")
        lines += [f"PersistentKeepalive = {keepalive}"] if keepalive else []
    return lines


def _fixed_part(text: str) -> list[str]:
    changing = ("#", "PrivateKey", "ListenPort")
    head = text.partition("\n[Peer]\n")[0]
    return [line for line in head.splitlines() if line and not line.startswith(changing)]
