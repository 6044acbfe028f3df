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

    city: str | None = Field(default=None, description="The town, for people.")
    uplink: Bandwidth | None = Field(default=None, description="What the site's line carries.")
    maintenance: Window | None = Field(default=None, description="When work there may disturb.")
    provider: str | None = Field(default=None, description="The provider whose machines stand here.")
    labels: dict[str, Text] = Field(default_factory=dict, description="Labels for people and for the documentation.")
    note: str | None = Field(default=None, description="Text for people.")


class Network(Part):
    """A subnet."""

    cidr: Cidr = Field(description="The subnet.")
    site: str | None = Field(default=None, description="The site that it belongs to.")
    vlan: Annotated[int, *counted(1, 4094)] | None = Field(default=None, description="The number of its VLAN.")
    gateway: IpAddress | None = Field(default=None, description="The router's address in it.")
    dns: Words = Field(default=(), description="The name servers of its machines.")
    reserve: Words = Field(
        default=(),
        description="Addresses that are never handed out: single ones or first-last.",
    )
    dhcp: str | None = Field(
        default=None,
        description="The range that a DHCP server hands out, first-last; never used by a plan.",
    )
    bridge: str | None = Field(default=None, description="The hypervisors' bridge into it.")
    note: str | None = Field(default=None, description="Text for people.")


class Link(Part):
    """A VPN between nodes."""

    type: Literal["pangolin", "wireguard", "headscale", "tailscale"] = Field(
        default="wireguard", description="The software that makes the VPN."
    )
    server: str | None = Field(default=None, description="The node that all members reach.")
    cidr: Cidr = Field(description="The subnet of the link, apart from all networks.")
    port: Port = Field(default="51820/udp", description="The port that the server listens on.")
    members: Selector = Field(default=(), description="The nodes in the link.")
    addresses: dict[str, IpAddress] = Field(
        default_factory=dict, description="Fixed addresses in the link; the others are given out."
    )
    note: str | None = Field(default=None, description="Text for people.")


class Provider(Part):
    """An API that makes machines."""

    type: Literal["proxmox", "hetzner", "libvirt"] = Field(description="What kind of API it is.")
    api: str | None = Field(default=None, description="The address of the API.")
    token: Secret | None = Field(default=None, description="The token for the API.")
    template: str | None = Field(default=None, description="The template or image of new machines.")
    storage: str | None = Field(default=None, description="The provider's storage for disks of new machines.")
    bridge: str | None = Field(default=None, description="The bridge that new machines are connected to.")
    region: str | None = Field(default=None, description="The region of new machines.")
    verify_tls: bool = Field(default=True, description="Whether the certificate of the API is checked.")
    note: str | None = Field(default=None, description="Text for people.")


class Reserve(Part):
    """What a node keeps for itself."""

    cpu: Cpu | None = Field(default=None, description="CPU that is not promised to services.")
    memory: Size | None = Field(
        default=None,
        description="Memory that is not promised; 512 MiB or 5 % when left out, 2 GiB at least on a hypervisor.",
    )
    storage: Size | None = Field(default=None, description="Storage that is not promised; 10 % when left out.")


def _short_spread(value: Any) -> Any:
    return {"over": value} if isinstance(value, str) else value


def _short_group(value: Any) -> Any:
    return {"of": value} if isinstance(value, str | list) else value


Level = Literal["node", "host", "rack", "site"]


class Spread(Part):
    """Keep instances of one service on different nodes, hosts, racks or sites."""

    over: Level = Field(default="node", description="What the instances are spread over.")
    max_skew: Annotated[int, Field(ge=1)] = Field(
        default=1, description="By how many instances two of them may differ."
    )
    strict: bool = Field(default=True, description="Refuse a place that breaks this, instead of only avoiding it.")


class Group(Part):
    """Services or nodes to stand with, or apart from; hard unless strict is false."""

    of: Words = Field(description="Names of services or nodes.")
    strict: bool = Field(default=True, description="Refuse a place that breaks this, instead of only avoiding it.")


ShortSpread = Annotated[Spread | None, BeforeValidator(_short_spread, json_schema_input_type=Level | Spread | None)]
ShortGroup = Annotated[
    Group | None, BeforeValidator(_short_group, json_schema_input_type=str | list[str] | Group | None)
]


class Weights(Part):
    """What counts in a placement's score, in points."""

    memory: Annotated[int, Field(ge=0, le=100)] = Field(default=40, description="Points for free memory.")
    storage: Annotated[int, Field(ge=0, le=100)] = Field(default=30, description="Points for free storage.")
    cpu: Annotated[int, Field(ge=0, le=100)] = Field(default=15, description="Points for cores and their speed.")
    load: Annotated[int, Field(ge=0, le=100)] = Field(default=10, description="Points for low load.")
    reliability: Annotated[int, Field(ge=0, le=100)] = Field(default=5, description="Points for reliability.")


class PlacementWish(Part):
    """Where one service or VM would like to run."""

    prefer: Selector = Field(default=(), description="Nodes that are preferred.")
    avoid: Selector = Field(default=(), description="Nodes that are avoided.")
    with_: ShortGroup = Field(default=None, alias="with", description="Services or nodes to stand with.")
    apart: ShortGroup = Field(default=None, description="Services or nodes to stand apart from.")
    spread: ShortSpread = Field(default=None, description="What instances are spread over.")
    sticky: bool = Field(default=False, description="Never propose a move.")
    move: bool = Field(
        default=False,
        description="Allow a move away from the node that holds the data.",
    )
    weights: Weights | None = Field(default=None, description="Weights of its own for the score.")


class Power(Part):
    """How a node is powered."""

    watts: Annotated[int, *counted(0, 100_000)] | None = Field(default=None, description="What the node draws.")
    wol: str | None = Field(default=None, description="MAC address for wake-on-LAN.")


class Edge(Part):
    """A node at the public edge."""

    proxy: Literal["traefik", "caddy", "nginx"] = Field(default="traefik", description="The reverse proxy.")
    tls: Literal["letsencrypt", "internal", "off"] = Field(
        default="letsencrypt", description="Where certificates come from."
    )


class Disk(Part):
    """One more disk."""

    size: Size = Field(description="Its size.")
    storage: str | None = Field(default=None, description="The provider's storage that it is made in.")
    mount: str | None = Field(default=None, description="The folder that it is mounted at.")


def _short_disk(value: Any) -> Any:
    return {"size": value} if isinstance(value, str | int) else value


ShortDisk = Annotated[Disk, BeforeValidator(_short_disk, json_schema_input_type=Size | Disk)]


class Node(Part):
    """A machine: existing, a VM on a hypervisor, or a VPS."""

    from_: str | None = Field(default=None, alias="from", description="The template to start from.")
    address: Address | None = Field(
        default=None, description="Its address; given out by the plan when its network is known."
    )
    type: NodeType | None = Field(default=None, description="What kind of machine it is.")
    provider: str | None = Field(default=None, description="The provider that makes it, or whose hypervisor it is.")
    runs_on: Selector | None = Field(default=None, description="The hypervisors that may run this VM.")
    network: str | None = Field(default=None, description="The network that it is in.")
    site: str | None = Field(default=None, description="The site where it stands; that of its network when left out.")
    rack: str | None = Field(default=None, description="The rack where it stands.")
    cpu: Cpu | None = Field(default=None, description="Its cores; found in facts when left out.")
    memory: Size | None = Field(default=None, description="Its memory; found in facts when left out.")
    disk: Size | None = Field(default=None, description="Its first disk; found in facts when left out.")
    disks: dict[str, ShortDisk] = Field(default_factory=dict, description="More disks, by name.")
    arch: Arch | None = Field(default=None, description="Its architecture; found in facts when left out.")
    labels: dict[str, Text] = Field(default_factory=dict, description="Labels that selectors can name.")
    devices: Words = Field(default=(), description="Devices that services can use, such as /dev/dri.")
    reserve: Reserve = Field(default=Reserve(), description="What it keeps for itself.")
    taints: Words = Field(default=(), description="Names that keep services away.")
    state: State = Field(default="present", description="What state it shall be in.")
    power: Power | None = Field(default=None, description="How it is powered.")
    user: str | None = Field(default=None, description="The user for SSH.")
    port: Annotated[int, *counted(1, 65_535)] | None = Field(default=None, description="The port of SSH.")
    size: str | None = Field(default=None, description="The provider's name for a machine size.")
    region: str | None = Field(default=None, description="The provider's region.")
    image: str | None = Field(default=None, description="The image that it is made of.")
    template: str | None = Field(default=None, description="The hypervisor's template that it is made of.")
    vmid: Annotated[int, *counted(100, 999_999_999)] | None = Field(
        default=None, description="Its number on the hypervisor; given out by the plan when left out."
    )
    mac: str | None = Field(default=None, description="The MAC address of its first network card.")
    ports: Many[Port] = Field(default=(), description="Ports open to the world.")
    edge: Edge | None = Field(default=None, description="What it does at the public edge.")
    placement: PlacementWish = Field(default=PlacementWish(), description="Where this VM would like to run.")
    vars: Anything = Field(default_factory=dict, description="Plain Ansible variables; templates work here.")
    note: str | None = Field(default=None, description="Text for people.")
