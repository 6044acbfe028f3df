# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pooling decision is made of: consumers demand, kits offer, instances come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Literal

from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size

BUDGET = 80
"""Percent of an instance's connections that its consumers may ask for; the rest is for people and backups."""

Kind = Literal["pooled", "dedicated", "bundled"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What instances of a kit can be: versions lowest first, extensions of the image, bytes of memory."""

    kit: str
    versions: tuple[str, ...]
    default: str | None = None
    extensions: frozenset[str] = frozenset()
    base: int = 0
    per_database: int = 0
    max_connections: int | None = None


@dataclass(frozen=True, slots=True)
class Existing:
    """A declared service that is an instance; its offer holds only the versions that it may have."""

    service: str
    engine: str
    unit: str
    offer: Offer


@dataclass(frozen=True, slots=True)
class DatabaseDemand:
    """One database that a consumer wants in a share unit.

    ``named``: the user chose ``service``, nothing else will do. ``bundled``: its kit can bring an own instance.
    ``alone``: why it cannot share one, when its kit says so.
    """

    consumer: str
    engine: str
    unit: str
    share: str = "stack"
    version: VersionRange | None = None
    extensions: tuple[str, ...] = ()
    connections: int = 0
    service: str | None = None
    named: bool = False
    bundled: bool = False
    alone: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """One consumer's database in an instance."""

    consumer: str
    database: str
    connections: int = 0


@dataclass(frozen=True, slots=True)
class PoolInstance:
    """One instance with its consumers. ``made``: the plan adds it, no declared service is it."""

    name: str
    engine: str
    unit: str
    service: str
    kit: str | None
    version: str | None
    kind: Kind
    made: bool
    reason: str
    extensions: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    memory: int = 0
    memory_alone: int = 0
    connections: int = 0
    max_connections: int | None = None

    @property
    def over_budget(self) -> bool:
        """Whether the consumers may open more connections than 80 % of what the instance takes."""
        return self.max_connections is not None and self.connections * 100 > self.max_connections * BUDGET


@dataclass(frozen=True, slots=True)
class Failure:
    """A consumer that no instance can serve (K804), and what would help."""

    consumer: str
    engine: str
    unit: str
    reason: str
    hint: str


@dataclass(frozen=True)
class Pooling:
    """All instances of a stack, in natural order, and the consumers that were left without."""

    instances: tuple[PoolInstance, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def summary(self) -> dict[str, str]:
        """Return per engine what sharing saves: ``5 databases in 1 instance: 1.2 GiB instead of 5.0 GiB``."""
        ordered = sorted(self._of_the_platform(), key=attrgetter("engine"))
        return {engine: saving(list(found)) for engine, found in groupby(ordered, key=attrgetter("engine"))}

    def to_lock(self) -> dict[str, str]:
        """Return what must not wander: the version of each instance, and the name of each database in it."""
        own = self._of_the_platform()
        versions = {one.name: one.version for one in own if one.version is not None}
        return versions | {f"{one.name}/{seat.consumer}": seat.database for one in own for seat in one.seats}

    def _of_the_platform(self) -> list[PoolInstance]:
        return [one for one in self.instances if one.kind != "bundled"]


def saving(instances: Sequence[PoolInstance]) -> str:
    """Return one sentence about the memory of some instances, together against each database alone."""
    text = f"{_count(sum(len(one.seats) for one in instances), 'database')} in {_count(len(instances), 'instance')}"
    together, alone = sum(one.memory for one in instances), sum(one.memory_alone for one in instances)
    return f"{text}: {human_size(together)} instead of {human_size(alone)}" if alone > together else text


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
