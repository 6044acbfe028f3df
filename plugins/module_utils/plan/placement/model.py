# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What placement is told: targets, items and settings, all frozen before the first decision.

Sizes are bytes, CPU is millicores, shares and speeds are thousandths, weights and margins are points of the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import (
    NOTHING,
    RESOURCES,
    Amounts,
)

Kind = Literal["docker_host", "cluster", "hypervisor"]
State = Literal["present", "cordoned", "maintenance", "offline", "absent"]
Domain = Literal["node", "host", "rack", "site"]

EVERY_KIND: frozenset[Kind] = frozenset({"docker_host", "cluster", "hypervisor"})


@dataclass(frozen=True, slots=True)
class Factors:
    """By how much more than it has a target may promise, in thousandths."""

    memory: int = 1000
    storage: int = 1000
    cpu: int = 1000


@dataclass(frozen=True, slots=True)
class Target:
    """Something that takes items: a Docker host, a whole Kubernetes cluster, or a hypervisor.

    ``allocatable = size * overcommit - reserve - foreign``. A target of unknown size (None) takes only pinned items.
    A cluster has the sum of its members' allocatable amounts as its size, and its largest member as ``largest``.
    """

    name: str
    kind: Kind = "docker_host"
    size: Amounts | None = None
    reserve: Amounts = NOTHING
    overcommit: Factors = Factors()
    foreign: Amounts = NOTHING
    largest: Amounts | None = None
    load: int | None = None
    reliability: int | None = None
    cores: int | None = None
    speed: int = 1000
    state: State = "present"
    arch: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    devices: frozenset[str] = frozenset()
    taints: frozenset[str] = frozenset()
    host: str | None = None
    rack: str | None = None
    site: str | None = None
    reaches: frozenset[str] = frozenset()
    public: bool = False
    host_ports: frozenset[str] = frozenset()

    @property
    def allocatable(self) -> Amounts | None:
        """Return what may be promised to items, never less than nothing; None when the size is unknown."""
        if self.size is None:
            return None
        size, factor, kept = self.size, self.overcommit, self.reserve + self.foreign
        return Amounts(
            max(0, size.memory * factor.memory // 1000 - kept.memory),
            max(0, size.storage * factor.storage // 1000 - kept.storage),
            max(0, size.cpu * factor.cpu // 1000 - kept.cpu),
        )

    @property
    def capability(self) -> int:
        """Return cores times speed; only its share of the best target's counts."""
        millicores = self.cores * 1000 if self.cores is not None else self.size.cpu if self.size else 0
        return millicores * self.speed

    def domain(self, over: Domain) -> str:
        """Return the failure domain; a target that names no host, rack or site is a domain of its own."""
        return (None if over == "node" else getattr(self, over)) or self.name


@dataclass(frozen=True, slots=True)
class Group:
    """Services to stand with, or apart from: a filter when strict, else points of the score."""

    services: frozenset[str]
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """Keep the instances of one service on different domains; their counts differ by ``max_skew`` at most."""

    over: Domain = "node"
    max_skew: int = 1
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Weights:
    """The points that each factor can give."""

    memory: int = 40
    storage: int = 30
    cpu: int = 15
    load: int = 10
    reliability: int = 5


@dataclass(frozen=True, slots=True)
class Item:
    """Something to place: an instance of a service, a database instance, or a VM.

    ``runs_on`` None means anywhere; ``archs`` empty means any. ``pinned`` items were put where they are by the user:
    they come first and may go to targets of unknown size. ``data_on`` names the target that holds the item's data:
    only that one is possible unless ``move``. ``stateful`` items are never moved to make room for others;
    neither are ``sticky`` ones. ``round`` orders decisions: all items of a lower round are placed first.
    ``prefer`` holds one set of targets per wish, and each that matches counts.
    """

    name: str
    service: str
    requests: Amounts = NOTHING
    round: int = 0
    kinds: frozenset[Kind] = EVERY_KIND
    runs_on: frozenset[str] | None = None
    not_on: frozenset[str] = frozenset()
    pinned: bool = False
    archs: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    tolerations: frozenset[str] = frozenset()
    needs_reach: frozenset[str] = frozenset()
    needs_public: bool = False
    host_ports: frozenset[str] = frozenset()
    with_: Group | None = None
    apart: Group | None = None
    spread: Spread | None = None
    data_on: str | None = None
    move: bool = False
    stateful: bool = False
    sticky: bool = False
    prefer: tuple[frozenset[str], ...] = ()
    avoid: tuple[frozenset[str], ...] = ()
    failed_on: frozenset[str] = frozenset()
    weights: Weights | None = None

    @property
    def home(self) -> str | None:
        """Return the only target that data allows, if any."""
        return None if self.move else self.data_on


@dataclass(frozen=True, slots=True)
class Settings:
    """How to choose.

    ``enforce`` names the resources that must fit; the others only count in the score. ``margin`` and ``max_moves``
    limit what a rebalance proposes, ``transfer`` (bytes a second) estimates how long data takes to move.
    """

    weights: Weights = Weights()
    strategy: Literal["spread", "pack"] = "spread"
    mode: Literal["fast", "optimal"] = "fast"
    enforce: frozenset[str] = frozenset(RESOURCES)
    survive_one_node: bool = False
    margin: int = 10
    max_moves: int = 3
    transfer: int = 100_000_000
    facts_hash: str = ""
