# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pooling decision. Pure and free of specs.

A consumer joins the first instance of its share unit that can serve it. Consumers that accept only
old versions choose first, which gives the fewest instances for ranges of versions. What the lock
says is tried before anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange, parse_version
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling.instance import Filling, accepted, held
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling.model import (
    DatabaseDemand,
    Existing,
    Failure,
    Kind,
    Offer,
    Pooling,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

_NOTHING = Offer("", ())


def pool(
    demands: Iterable[DatabaseDemand],
    offers: Mapping[str, Sequence[Offer]],
    existing: Iterable[Existing] = (),
    locked: Mapping[str, str] | None = None,
    fixed: Mapping[str, VersionRange] | None = None,
) -> Pooling:
    """Give every demand an instance.

    ``offers`` are per engine in order of preference, ``locked`` is an earlier ``to_lock()``, ``fixed`` are the
    versions that the user wants of the shared instances of an engine.
    """
    standing: dict[tuple[str, str], list[Existing]] = {}
    for one in existing:
        standing.setdefault((one.engine, one.unit), []).append(one)
    homes = _homes(locked or {})
    instances, failures = [], []
    key = attrgetter("engine", "unit")
    for (engine, unit), group in groupby(sorted(demands, key=key), key=key):
        here = standing.get((engine, unit), [])
        wanted = (fixed or {}).get(engine)
        room = _Unit(engine, unit, tuple(offers.get(engine, ())), here, locked or {}, homes, wanted)
        room.serve(list(group))
        instances += [one.finish() for one in room.instances if one.seats]
        failures += room.failures
    instances.sort(key=lambda one: (natural(one.unit), natural(one.service)))
    return Pooling(tuple(instances), tuple(failures))


def _homes(locked: Mapping[str, str]) -> dict[tuple[str, str], list[str]]:
    """Return per unit and consumer the services that held a database of it; consumer "" means any at all."""
    found: dict[tuple[str, str], list[str]] = {}
    for key in sorted(locked, key=natural):
        service, _slash, rest = key.partition("/")
        unit, _slash, consumer = rest.partition("/")
        found.setdefault((unit, consumer), []).append(service)
    return found


@dataclass
class _Unit:
    """One share unit of one engine: its instances, and the search for a place in them."""

    engine: str
    unit: str
    offers: tuple[Offer, ...]
    existing: Sequence[Existing]
    locked: Mapping[str, str]
    homes: Mapping[tuple[str, str], list[str]]
    fixed: VersionRange | None = None
    instances: list[Filling] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def serve(self, demands: list[DatabaseDemand]) -> None:
        """Serve those who have a home already, then those with the least choice of versions."""
        for one in self.existing:
            self.instances.append(self._new(one.service, one.offer, "pooled", "declared", made=False))
        for name in self._shared(self.homes.get((self.unit, ""), [])):
            if self.offers and all(one.service != name for one in self.existing):
                self.instances.append(self._new(name, self.offers[0], "pooled", "it is there already"))
        for demand in sorted(demands, key=lambda one: (self._home(one) is None, self._choice(one))):
            if demand.alone:
                self._bundle(demand, demand.alone)
            elif demand.share == "none":
                self._serve_alone(demand, "share: none")
            else:
                self._serve(demand)

    def _choice(self, demand: DatabaseDemand) -> tuple[int, object]:
        offers = [*(one.offer for one in self.existing), *self.offers]
        known = sorted({version for offer in offers for version in offer.versions}, key=parse_version)
        fitting = accepted(demand, known)
        return (known.index(fitting[-1]) if fitting else len(known), natural(demand.consumer))

    def _home(self, demand: DatabaseDemand) -> str | None:
        """Return the shared service that held the consumer's database before."""
        return next(iter(self._shared(self.homes.get((self.unit, demand.consumer), []))), None)

    def _shared(self, services: Iterable[str]) -> list[str]:
        """Return those that are shared instances of this engine: declared ones, and those with our own names."""
        declared = {one.service for one in self.existing}
        ours = re.compile(rf"{re.escape(self.engine)}(-[0-9]+)?\Z")
        return [name for name in services if name in declared or ours.match(name)]

    def _serve(self, demand: DatabaseDemand) -> None:
        home = self._home(demand)
        refusals = []
        for candidate in self._candidates(demand, home):
            refusal = candidate.refusal(demand)
            if refusal is None:
                self._join(candidate, demand)
                return
            refusals.append(refusal)
        if demand.bundled:
            self._bundle(demand, refusals[0] if refusals else f"no {self.engine} for {self._words()}")
        elif demand.named:
            self._fail(demand, refusals, f"another version or image of {demand.service}")
        else:
            self._serve_new(demand, refusals)

    def _candidates(self, demand: DatabaseDemand, home: str | None) -> list[Filling]:
        """Return the instances that come into question, the consumer's old home first."""
        shared = [one for one in self.instances if one.kind == "pooled"]
        if demand.named:
            return [one for one in shared if one.service == demand.service]
        return sorted(shared, key=lambda one: one.service != home)

    def _serve_new(self, demand: DatabaseDemand, refusals: list[str]) -> None:
        """Add an instance: of the usual kit to be shared, or of a special image for this consumer alone."""
        why = refusals[0] if refusals else f"one for {self._words()}"
        if self.offers:
            shared = self._new(self._free_name(), self.offers[0], "pooled", why)
            refusal = shared.refusal(demand)
            if refusal is None:
                self._join(shared, demand)
                return
            if self.fixed is not None and not accepted(demand, shared.versions):
                self._fail(demand, [refusal], "another version of it")
                return
            why = refusal
        self._serve_alone(demand, why)

    def _bundle(self, demand: DatabaseDemand, why: str) -> None:
        self._join(self._new(demand.consumer, _NOTHING, "bundled", why, made=False), demand)

    def _serve_alone(self, demand: DatabaseDemand, why: str) -> None:
        service = f"{self.engine}-{demand.consumer.replace('/', '-')}"
        refusals = []
        for offer in self.offers:
            own = self._new(service, offer, "dedicated", why)
            refusal = own.refusal(demand)
            if refusal is None:
                self._join(own, demand)
                return
            refusals.append(refusal.replace(service, f"kit {offer.kit}"))
        self._fail(demand, refusals, "another image")

    def _join(self, instance: Filling, demand: DatabaseDemand) -> None:
        if instance not in self.instances:
            self.instances.append(instance)
        instance.join(demand, self.locked.get(f"{instance.service}/{self.unit}/{demand.consumer}"))

    def _fail(self, demand: DatabaseDemand, refusals: list[str], otherwise: str) -> None:
        reason = "; ".join(dict.fromkeys(refusals)) or f"the catalogue has no kit that provides {self.engine}"
        alone = any(self._new("own", offer, "dedicated", "").refusal(demand) is None for offer in self.offers)
        hint = f"share: none for it, or {otherwise}" if alone and demand.share != "none" else f"use {otherwise}"
        self.failures.append(Failure(demand.consumer, self.engine, self.unit, reason, hint))

    def _new(self, service: str, offer: Offer, kind: Kind, why: str, *, made: bool = True) -> Filling:
        versions = offer.versions
        if kind == "pooled" and self.fixed is not None:
            versions = tuple(one for one in versions if self.fixed.contains(one))
        versions = held(versions, self.locked.get(f"{service}/{self.unit}"))
        return Filling(service, self.engine, self.unit, offer, kind, why, made, versions)

    def _free_name(self) -> str:
        """Return the first free name of a shared instance: postgresql, postgresql-2, postgresql-3 …"""
        taken = {one.service for one in self.instances}
        number = 1
        while (name := self.engine if number == 1 else f"{self.engine}-{number}") in taken:
            number += 1
        return name

    def _words(self) -> str:
        return "the whole stack" if self.unit == "stack" else f"'{self.unit}'"
