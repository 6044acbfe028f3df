# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a machine reaches through its links, and with which key: worked out from what every machine told of itself.

A rotation makes its new keys on all machines first. They come into use only when every member of the link takes part in
the run: all members come to the same conclusion, because all look at the same keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_interface, ip_network
from typing import Any

LONGEST_INTERFACE = 15

Link = Mapping[str, Any]
"""A link as the inventory publishes it in ``pangolin_links``."""


@dataclass(frozen=True)
class Machine:
    """What is known of a machine: where it answers, its links by name, and the public keys that it made for them."""

    name: str
    host: str
    links: Mapping[str, Link]
    keys: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    """By link: ``public``, the key in use, and ``next``, the one that waits to be used."""


Machines = Callable[[str], Machine]


def interface_name(link: str) -> str:
    """Return the name of a link's interface; Linux allows 15 characters, so a long one ends with a hash."""
    name = f"wg-{link}"
    if len(name) <= LONGEST_INTERFACE:
        return name
    return f"{name[:10]}-{hashlib.sha256(link.encode()).hexdigest()[:4]}"


def machine_link(
    link: Link, me: str, group: Collection[str], machines: Machines, here: Collection[str]
) -> dict[str, Any]:
    """Return one link as the machine `me` has to set it up.

    `group` names the machines of the link's group, `here` those that take part in the run and have not failed.
    """
    members = _members(link, group, machines)
    near = [name for name in members if name != me and _sees(link, me, name)]
    peers = [_peer(link, name, machines) for name in near if link["name"] in machines(name).links]
    activate = _activates(link["name"], me, [me, *(peer["name"] for peer in peers)], members, machines, here)
    for peer in peers:
        keys = machines(peer["name"]).keys.get(link["name"]) or {}
        peer["here"] = peer["name"] in here
        peer["public_key"] = _key_in_use(keys, activate)
    return {
        "name": link["name"],
        "interface": interface_name(link["name"]),
        "address": link["address"],
        "cidr": link["cidr"],
        "port": link["port"] if _listens(link) else None,
        "forward": link["role"] == "server",
        "activate": activate,
        "peers": peers,
        "reach": _reach(link, me, peers, members, machines, here),
    }


def _members(link: Link, group: Collection[str], machines: Machines) -> list[str]:
    """Return all machines of a link, in one order that every member finds."""
    if not link.get("server"):
        return sorted(group)
    peers = machines(link["server"]).links.get(link["name"], {}).get("peers") or ()
    return [link["server"], *(peer["name"] for peer in peers)]


def _sees(link: Link, me: str, other: str) -> bool:
    """Tell whether two machines are peers: in a mesh all are, else one of them is the server."""
    return not link.get("server") or link["server"] in (me, other)


def _listens(link: Link) -> bool:
    return link["role"] == "server" or not link.get("server")


def _peer(link: Link, name: str, machines: Machines) -> dict[str, Any]:
    to_server = name == link.get("server")
    address = _address(link, name, machines)
    found = {"name": name, "address": address, "allowed_ips": link["cidr"] if to_server else _alone(address)}
    if to_server or not link.get("server"):
        host = (link.get("endpoint") if to_server else None) or machines(name).host
        found["endpoint"] = f"[{host}]:{link['port']}" if ":" in host else f"{host}:{link['port']}"
    return found


def _address(link: Link, name: str, machines: Machines) -> str:
    """Return a member's address in the link; the server's list has it without a look at the member."""
    listed = {peer["name"]: peer["address"] for peer in link.get("peers") or ()}
    return listed.get(name) or str(ip_interface(machines(name).links[link["name"]]["address"]).ip)


def _alone(address: str) -> str:
    return str(ip_network(address))


def _key_in_use(keys: Mapping[str, str | None], activate: bool) -> str | None:
    """Return the key that a machine has after this run. The first key is used at once: nobody knows an older one."""
    public, following = keys.get("public"), keys.get("next")
    return following if following and (activate or not public) else public


def _activates(
    link: str, me: str, nearby: Collection[str], members: Collection[str], machines: Machines, here: Collection[str]
) -> bool:
    """Tell whether waiting keys come into use: only when all members take part, so that none is left behind."""

    def waits(name: str) -> bool:
        keys = machines(name).keys.get(link) or {}
        return bool(keys.get("public") and keys.get("next"))

    if not any(waits(name) for name in nearby):
        return False
    present = (name for name in members if link in machines(name).links)  # absent machines are still listed
    return all(name == me or (name in here and link in machines(name).keys) for name in present)


def _reach(
    link: Link,
    me: str,
    peers: list[dict[str, Any]],
    members: list[str],
    machines: Machines,
    here: Collection[str],
) -> list[dict[str, str]]:
    """Return whom the machine has to reach: its peers, and behind a server the next member, which closes a ring."""
    found = [{"name": peer["name"], "address": peer["address"]} for peer in peers if peer["name"] in here]
    others = [name for name in members if name != link.get("server") and (name == me or name in here)]
    if link.get("server") in here and me in others and len(others) > 1 and not _is_ipv6(link):
        neighbour = others[(others.index(me) + 1) % len(others)]
        found.append({"name": neighbour, "address": _address(link, neighbour, machines)})
    return found


def _is_ipv6(link: Link) -> bool:
    return ":" in str(link["cidr"])
