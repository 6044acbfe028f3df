# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines and where they stand: sites, networks, links, providers, nodes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Address,
    Anything,
    Arch,
    Cidr,
    IpAddress,
    Many,
    Part,
    Port,
    Secret,
    Selector,
    State,
    Text,
    Window,
    Words,
    counted,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    Bandwidth,
    Cpu,
    Size,
)

NodeType = Literal["server", "hypervisor", "vm", "vps", "nas", "router", "pc", "sbc"]


class Site(Part):
    """A place with machines."""

    city: str | None = None
    uplink: Bandwidth | None = Field(default=None, description="What the site's line carries.")
    maintenance: Window | None = Field(default=None, description="When work there may disturb.")
    provider: str | None = Field(default=None, description="The provider whose machines stand here.")
    labels: dict[str, Text] = Field(default_factory=dict)
    note: str | None = None


class Network(Part):
    """A subnet."""

    cidr: Cidr
    site: str | None = None
    vlan: Annotated[int, *counted(1, 4094)] | None = None
    gateway: IpAddress | None = None
    dns: Words = ()
    reserve: Words = Field(
        default=(),
        description="Addresses that are never handed out: single ones or first-last.",
    )
    dhcp: str | None = Field(
        default=None,
        description="The range that a DHCP server hands out, first-last; never used by a plan.",
    )
    bridge: str | None = None
    note: str | None = None


class Link(Part):
    """A VPN between nodes."""

    type: Literal["pangolin", "wireguard", "headscale", "tailscale"] = "wireguard"
    server: str | None = Field(default=None, description="The node that all members reach.")
    cidr: Cidr
    port: Port = "51820/udp"
    members: Selector = ()
    addresses: dict[str, IpAddress] = Field(
        default_factory=dict, description="Fixed addresses in the link; the others are given out."
    )
    note: str | None = None


class Provider(Part):
    """An API that makes machines."""

    type: Literal["proxmox", "hetzner", "libvirt"]
    api: str | None = None
    token: Secret | None = None
    template: str | None = Field(default=None, description="The template or image of new machines.")
    storage: str | None = None
    bridge: str | None = None
    region: str | None = None
    verify_tls: bool = True
    note: str | None = None


class Reserve(Part):
    """What a node keeps for itself."""

    cpu: Cpu | None = None
    memory: Size | None = None
    storage: Size | None = None


def _short_spread(value: Any) -> Any:
    return {"over": value} if isinstance(value, str) else value


def _short_group(value: Any) -> Any:
    return {"of": value} if isinstance(value, str | list) else value


Level = Literal["node", "host", "rack", "site"]


class Spread(Part):
    """Keep instances of one service on different nodes, hosts, racks or sites."""

    over: Level = "node"
    max_skew: Annotated[int, Field(ge=1)] = 1
    strict: bool = True


class Group(Part):
    """Services or nodes to stand with, or apart from; hard unless strict is false."""

    of: Words
    strict: bool = True


ShortSpread = Annotated[Spread | None, BeforeValidator(_short_spread, json_schema_input_type=Level | Spread | None)]
ShortGroup = Annotated[
    Group | None, BeforeValidator(_short_group, json_schema_input_type=str | list[str] | Group | None)
]


class Weights(Part):
    """What counts in a placement's score, in points."""

    memory: Annotated[int, Field(ge=0, le=100)] = 40
    storage: Annotated[int, Field(ge=0, le=100)] = 30
    cpu: Annotated[int, Field(ge=0, le=100)] = 15
    load: Annotated[int, Field(ge=0, le=100)] = 10
    reliability: Annotated[int, Field(ge=0, le=100)] = 5


class PlacementWish(Part):
    """Where one service or VM would like to run."""

    prefer: Selector = ()
    avoid: Selector = ()
    with_: ShortGroup = Field(default=None, alias="with", description="Services or nodes to stand with.")
    apart: ShortGroup = Field(default=None, description="Services or nodes to stand apart from.")
    spread: ShortSpread = None
    sticky: bool = False
    move: bool = Field(
        default=False,
        description="Allow a move away from the node that holds the data.",
    )
    weights: Weights | None = None


class Power(Part):
    """How a node is powered."""

    watts: Annotated[int, *counted(0, 100_000)] | None = None
    wol: str | None = Field(default=None, description="MAC address for wake-on-LAN.")


class Edge(Part):
    """A node at the public edge."""

    proxy: Literal["traefik", "caddy", "nginx"] = "traefik"
    tls: Literal["letsencrypt", "internal", "off"] = "letsencrypt"


class Disk(Part):
    """One more disk."""

    size: Size
    storage: str | None = None
    mount: str | None = None


def _short_disk(value: Any) -> Any:
    return {"size": value} if isinstance(value, str | int) else value


ShortDisk = Annotated[Disk, BeforeValidator(_short_disk, json_schema_input_type=Size | Disk)]


class Node(Part):
    """A machine: existing, a VM on a hypervisor, or a VPS."""

    from_: str | None = Field(default=None, alias="from", description="The template to start from.")
    address: Address | None = None
    type: NodeType | None = None
    provider: str | None = None
    runs_on: Selector | None = Field(default=None, description="The hypervisors that may run this VM.")
    network: str | None = None
    site: str | None = None
    rack: str | None = None
    cpu: Cpu | None = None
    memory: Size | None = None
    disk: Size | None = None
    disks: dict[str, ShortDisk] = Field(default_factory=dict)
    arch: Arch | None = None
    labels: dict[str, Text] = Field(default_factory=dict)
    devices: Words = ()
    reserve: Reserve = Reserve()
    taints: Words = ()
    state: State = "present"
    power: Power | None = None
    user: str | None = Field(default=None, description="The user for SSH.")
    port: Annotated[int, *counted(1, 65_535)] | None = Field(default=None, description="The port of SSH.")
    size: str | None = Field(default=None, description="The provider's name for a machine size.")
    region: str | None = None
    image: str | None = None
    template: str | None = None
    vmid: Annotated[int, *counted(100, 999_999_999)] | None = None
    mac: str | None = None
    ports: Many[Port] = Field(default=(), description="Ports open to the world.")
    edge: Edge | None = None
    placement: PlacementWish = PlacementWish()
    vars: Anything = Field(default_factory=dict, description="Plain Ansible variables; templates work here.")
    note: str | None = None
