# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets while items are being placed: what is free, who is there, and the score before the next item."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import (
    Amounts,
    Domain,
    HostPort,
    Item,
    Settings,
    Target,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

UNKNOWN = Amounts()


class Slot:
    """One target and what is placed on it."""

    __slots__ = (
        "allocatable", "base", "capability", "cpu", "items", "key", "kin", "load", "memory", "order", "ports",
        "reliability", "services", "storage", "target",
    )  # fmt: skip

    def __init__(self, target: Target, order: int, capability: int, load: int, reliability: int) -> None:
        self.target = target
        self.order = order
        self.allocatable = target.allocatable or UNKNOWN
        self.memory = self.allocatable.memory
        self.storage = self.allocatable.storage
        self.cpu = self.allocatable.cpu
        self.capability = capability
        self.load = load
        self.reliability = reliability
        self.services: Counter[str] = Counter()
        self.items: set[str] = set()
        self.ports: set[HostPort] = set(target.ports)
        self.base = 0
        self.kin = (self.allocatable, capability)
        self.key: tuple[int, int, int] = (0, 0, order)

    def alike(self, other: Slot) -> bool:
        """Tell whether a plain item cannot tell two slots apart."""
        return (
            self.memory == other.memory
            and self.storage == other.storage
            and self.cpu == other.cpu
            and self.load == other.load
            and self.reliability == other.reliability
        )


def share(part: int, whole: int) -> int:
    """Return thousandths of a whole; nothing of nothing is nothing."""
    return part * 1000 // whole if whole > 0 else 0


def score(slot: Slot, memory: int, storage: int, cpu: int, weights: Weights, *, pack: bool = False) -> int:
    """Return thousandths of points of a slot after placing these amounts on it."""
    allocatable = slot.allocatable
    ram = share(slot.memory - memory, allocatable.memory)
    disk = share(slot.storage - storage, allocatable.storage)
    if pack:
        ram, disk = 1000 - ram, 1000 - disk
    used = 1000 - share(slot.cpu - cpu, allocatable.cpu) if allocatable.cpu else 1000
    idle = 1000 - max(slot.load, min(1000, used))
    return (
        weights.memory * ram
        + weights.storage * disk
        + weights.cpu * slot.capability
        + weights.load * idle
        + weights.reliability * slot.reliability
    )


class Board:
    """All slots. Those of the same size and speed are kin, kept sorted by score, so that few have to be looked at."""

    def __init__(self, targets: Iterable[Target], settings: Settings) -> None:
        ordered = sorted(targets, key=lambda target: natural(target.name))
        fastest = max((target.capability for target in ordered), default=0)
        load = _median([target.load for target in ordered if target.load is not None], 0)
        reliability = _median([target.reliability for target in ordered if target.reliability is not None], 1000)
        self.settings = settings
        self.pack = settings.strategy == "pack"
        self.slots = {
            target.name: Slot(
                target,
                order,
                share(target.capability, fastest),
                target.load if target.load is not None else load,
                target.reliability if target.reliability is not None else reliability,
            )
            for order, target in enumerate(ordered)
        }
        self.kin: dict[tuple[Amounts, int], list[tuple[tuple[int, int, int], Slot]]] = {}
        self.domains: dict[tuple[str, Domain], Counter[str]] = defaultdict(Counter)
        self.where: dict[str, set[str]] = defaultdict(set)
        for slot in self.slots.values():
            self._rescore(slot)
            self.kin.setdefault(slot.kin, []).append((slot.key, slot))
        for members in self.kin.values():
            members.sort(key=lambda pair: pair[0])

    def _rescore(self, slot: Slot) -> None:
        slot.base = score(slot, 0, 0, 0, self.settings.weights, pack=self.pack)
        slot.key = (-slot.base, -slot.memory, slot.order)

    def put(self, item: Item, slot: Slot) -> None:
        """Place an item."""
        self._shift(item, slot, 1)
        slot.ports |= item.ports
        slot.items.add(item.name)
        self.where[item.service].add(slot.target.name)

    def take(self, item: Item, slot: Slot) -> None:
        """Remove an item again."""
        self._shift(item, slot, -1)
        slot.ports -= item.ports
        slot.items.discard(item.name)
        if not slot.services[item.service]:
            del slot.services[item.service]
            self.where[item.service].discard(slot.target.name)

    def _shift(self, item: Item, slot: Slot, sign: int) -> None:
        members = self.kin[slot.kin]
        del members[bisect_left(members, slot.key, key=lambda pair: pair[0])]
        slot.memory -= sign * item.requests.memory
        slot.storage -= sign * item.requests.storage
        slot.cpu -= sign * item.requests.cpu
        slot.services[item.service] += sign
        if item.spread is not None:
            over = item.spread.over
            self.domains[item.service, over][slot.target.domain(over)] += sign
        self._rescore(slot)
        insort(members, (slot.key, slot), key=lambda pair: pair[0])

    def assignments(self) -> Mapping[str, str]:
        """Return where every item is."""
        return {item: slot.target.name for slot in self.slots.values() for item in slot.items}


def _median(values: list[int], otherwise: int) -> int:
    return sorted(values)[len(values) // 2] if values else otherwise
