# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is placed, where it can go, and what came out. Bytes, millicores and thousandths; no fractions anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["host", "cluster", "hypervisor"]
Domain = Literal["node", "host", "rack", "site"]
HostPort = tuple[int, str]

RESOURCES = ("memory", "storage", "cpu")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Memory and storage in bytes, CPU in millicores."""

    memory: int = 0
    storage: int = 0
    cpu: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Somewhere to run: a machine, a cluster or a hypervisor.

    ``allocatable`` is what may be promised in all (None: not known, so only pinned items fit); ``largest`` is the
    largest node of a cluster. ``capability`` is cores times speed, ``load`` and ``reliability`` are thousandths
    (None: not known). ``reach`` are the sites that can be reached (None: all).
    """

    name: str
    kind: Kind = "host"
    allocatable: Amounts | None = None
    largest: Amounts | None = None
    capability: int = 0
    load: int | None = None
    reliability: int | None = None
    arch: str | None = None
    labels: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    taints: frozenset[str] = frozenset()
    state: str = "present"
    site: str | None = None
    rack: str | None = None
    host: str | None = None
    reach: frozenset[str] | None = None
    public: bool = False
    ports: frozenset[HostPort] = frozenset()

    def domain(self, over: Domain) -> str:
        """Return the name of the failure domain that this target stands in."""
        return {"node": self.name, "host": self.host, "rack": self.rack, "site": self.site}[over] or self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """Stand with, or apart from, the instances of other services; hard or only preferred."""

    services: frozenset[str]
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """Keep the instances of a service over failure domains; counts may differ by max_skew."""

    over: Domain = "node"
    max_skew: int = 1
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to place. Empty sets ask for nothing; ``candidates`` None means any target.

    ``volume_on`` holds its data: it stays there. ``pinned`` items were put in their place by the user, ``sticky`` ones
    never move to make room. ``data`` are the bytes that a move would copy. ``family`` names the items that ``spread``
    counts, where that is not the service.
    """

    name: str
    service: str
    requests: Amounts = Amounts()
    candidates: frozenset[str] | None = None
    refused: frozenset[str] = frozenset()
    kinds: frozenset[Kind] | None = None
    archs: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    tolerations: frozenset[str] = frozenset()
    reach: frozenset[str] = frozenset()
    public: bool = False
    ports: frozenset[HostPort] = frozenset()
    together: Rule | None = None
    apart: Rule | None = None
    spread: Spread | None = None
    prefer: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    volume_on: str | None = None
    weights: Weights | None = None
    pinned: bool = False
    sticky: bool = False
    stateless: bool = True
    data: int = 0
    family: str = ""

    @property
    def plain(self) -> bool:
        """Whether it asks for amounts only: no neighbours, no wishes, no ports."""
        return not (self.together or self.apart or self.spread or self.prefer or self.avoid or self.ports)

    @property
    def fellows(self) -> str:
        """Name of those that a spread counts."""
        return self.family or self.service


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of each factor; together they are what ``of 100`` means in an explanation."""

    memory: int = 40
    storage: int = 30
    cpu: int = 15
    load: int = 10
    reliability: int = 5

    @property
    def total(self) -> int:
        """All points together."""
        return self.memory + self.storage + self.cpu + self.load + self.reliability


@dataclass(frozen=True, slots=True)
class Settings:
    """How places are chosen. ``margin`` is in points; ``unlimited`` resources are counted but refuse nothing.

    ``exact`` False leaves the exact solver out, whatever is left over.
    """

    weights: Weights = Weights()
    strategy: Literal["spread", "pack"] = "spread"
    mode: Literal["fast", "optimal"] = "fast"
    margin: int = 10
    max_moves: int = 3
    survive_one_node: bool = False
    unlimited: frozenset[str] = frozenset()
    exact: bool = True


Verdict = Literal["kept", "new", "moved"]


@dataclass(frozen=True)
class Placement:
    """The result: who runs where, who moved and why, and who fits nowhere (with every target's reason).

    ``proof`` says why no arrangement places more, ``note`` why the exact solver was not asked though it was wanted.
    """

    assignments: Mapping[str, str]
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    unplaced: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proof: str | None = None
    note: str | None = None

    @property
    def moved(self) -> tuple[str, ...]:
        """Names of the items that left their place."""
        return tuple(name for name, verdict in self.verdicts.items() if verdict == "moved")
