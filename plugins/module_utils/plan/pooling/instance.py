# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An instance while it is being filled: whom it can take, and which versions are left with each who joins."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling.model import (
    BUDGET,
    DatabaseDemand,
    Kind,
    Offer,
    PoolInstance,
    Seat,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

MAX_NAME = 63


@dataclass(eq=False)
class Filling:
    """An instance that consumers may still join."""

    service: str
    engine: str
    unit: str
    offer: Offer
    kind: Kind
    why: str
    made: bool = True
    versions: tuple[str, ...] = ()
    seats: list[Seat] = field(default_factory=list)

    @property
    def connections(self) -> int:
        """How many connections those who joined may open."""
        return sum(seat.connections for seat in self.seats)

    def refusal(self, demand: DatabaseDemand) -> str | None:
        """Say why a consumer cannot join, or None when it can."""
        missing = sorted(set(demand.extensions) - self.offer.extensions)
        if missing:
            return f"{self.service} has no extension {' and no '.join(missing)}"
        if demand.version is not None and not accepted(demand, self.versions):
            possible = " or ".join(self.versions) or "of no known version"
            return f"{demand.consumer} accepts {demand.version}, {self.service} is {possible}"
        most, total = self.offer.max_connections, self.connections + demand.connections
        if most is not None and self.seats and not demand.named and total * 100 > most * BUDGET:
            return f"{total} connections would be more than {BUDGET} % of the {most} that {self.service} takes"
        return None

    def join(self, demand: DatabaseDemand, database: str | None) -> None:
        """Take a consumer in; only versions that it accepts stay possible."""
        left = accepted(demand, self.versions)
        if left[-1:] != self.versions[-1:]:
            self.why += f"; not newer than {left[-1]} because {demand.consumer} accepts {demand.version}"
        self.versions = left
        self.seats.append(Seat(demand.consumer, database or database_name(demand.consumer), demand.connections))

    def finish(self) -> PoolInstance:
        """Return the instance: a declared one keeps its kit's version if it may, an added one takes the highest."""
        offer, count = self.offer, len(self.seats)
        stays = not self.made and offer.default in self.versions
        highest = self.versions[-1] if self.versions else None
        return PoolInstance(
            name=f"{self.service}/{self.unit}",
            engine=self.engine,
            unit=self.unit,
            service=self.service,
            kit=offer.kit or None,
            version=offer.default if stays else highest,
            kind=self.kind,
            made=self.made,
            reason=self.why,
            extensions=tuple(sorted(offer.extensions)),
            seats=tuple(sorted(self.seats, key=lambda seat: natural(seat.consumer))),
            memory=offer.base + count * offer.per_database,
            memory_alone=count * (offer.base + offer.per_database),
            connections=self.connections,
            max_connections=offer.max_connections,
        )


def accepted(demand: DatabaseDemand, versions: Sequence[str]) -> tuple[str, ...]:
    """Return the versions that a consumer accepts."""
    return tuple(one for one in versions if demand.version is None or demand.version.contains(one))


def held(versions: tuple[str, ...], locked: str | None) -> tuple[str, ...]:
    """Hold on to the locked version; when it is not offered any more, to its major; else choose anew."""
    if locked is None or locked in versions:
        return versions if locked is None else (locked,)
    return tuple(one for one in versions if _major(one) == _major(locked)) or versions


def _major(version: str) -> str:
    return version.removeprefix("v").partition(".")[0]


def database_name(consumer: str) -> str:
    """Return a name that every engine takes; a long one ends in a hash of itself."""
    name = re.sub(r"[^a-z0-9]+", "_", consumer.lower()).strip("_")
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
