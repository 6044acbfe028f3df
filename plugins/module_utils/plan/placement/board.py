# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The board: what is on each target, what is left of it, and which targets look best."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    RESOURCES,
    Amounts,
    Domain,
    HostPort,
    Item,
    Settings,
    Target,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.spare import Spare, spares
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.static import question, static_fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

UNKNOWN = Amounts()

Key = tuple[int, int, int]


class Slot:
    """One target and what is placed on it."""

    __slots__ = (
        "allocatable", "base", "capability", "cpu", "items", "key", "load", "memory", "order", "ports",
        "refusals", "reliability", "services", "storage", "target",
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
        self.refusals: Counter[str] = Counter()
        self.items: dict[str, Item] = {}
        self.ports: set[HostPort] = set(target.ports)
        self.base = 0
        self.key: Key = (0, 0, order)

    def alike(self, other: Slot) -> bool:
        """Tell whether a plain item cannot tell two slots apart."""
        return (
            self.memory == other.memory
            and self.storage == other.storage
            and self.cpu == other.cpu
            and self.load == other.load
            and self.reliability == other.reliability
            and self.capability == other.capability
            and self.allocatable == other.allocatable
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
    """All slots; those of about the same size are kin and kept sorted by score, so that few have to be looked at.

    ``current`` is where items were before. ``domains`` counts the fellows of a spread by domain, ``where`` are the
    targets of a service, ``wanted`` the targets on which somebody has to stand with a service. ``expected`` are the
    services that have items at all, placed or not.
    """

    def __init__(self, targets: Iterable[Target], settings: Settings, current: Mapping[str, str] | None = None) -> None:
        self.settings = settings
        self.current = current or {}
        self.pack = settings.strategy == "pack"
        self.limited = tuple(name for name in RESOURCES if name not in settings.unlimited)
        self.slots = _slots(targets)
        self.domains: dict[tuple[str, Domain], Counter[str]] = defaultdict(Counter)
        self.where: dict[str, set[str]] = defaultdict(set)
        self.wanted: dict[str, Counter[str]] = {}
        self.expected: frozenset[str] = frozenset()
        self._allowed: dict[tuple[object, ...], frozenset[str]] = {}
        self._possible: dict[tuple[Domain, frozenset[str]], frozenset[str]] = {}
        self._lowest: dict[tuple[str, Domain, frozenset[str]], int] = {}
        for slot in self.slots.values():
            self._rescore(slot)
        self.kin = _kin(self.slots.values())
        self.spares: dict[str, Spare] = {}

    def allowed(self, item: Item) -> frozenset[str]:
        """Return the targets that no static constraint forbids; where data lies there is no choice."""
        home = self.slots.get(item.volume_on or "")
        if home is not None:
            return frozenset() if static_fault(item, home.target) else frozenset({home.target.name})
        key = question(item)
        if key not in self._allowed:
            slots = self.slots
            names: Iterable[str] = slots if item.candidates is None else item.candidates & slots.keys()
            self._allowed[key] = frozenset(name for name in names if static_fault(item, slots[name].target) is None)
        return self._allowed[key]

    def keep_spare(self, items: Iterable[Item]) -> None:
        """Keep room to lose the largest of the targets that these items could share; before anything is placed."""
        useful = {name for item in items if not item.pinned for name in self.allowed(item)}
        self.spares = spares(slot.target for name, slot in self.slots.items() if name in useful)

    def lowest(self, item: Item, over: Domain) -> int:
        """Return how many fellows the emptiest domain has that the item could go to."""
        allowed = self.allowed(item)
        key = (item.fellows, over, allowed)
        if key not in self._lowest:
            if (over, allowed) not in self._possible:
                found = frozenset(self.slots[name].target.domain(over) for name in allowed)
                self._possible[over, allowed] = found
            counts = self.domains[item.fellows, over]
            self._lowest[key] = min((counts[domain] for domain in self._possible[over, allowed]), default=0)
        return self._lowest[key]

    def put(self, item: Item, slot: Slot) -> None:
        """Place an item."""
        name = slot.target.name
        slot.items[item.name] = item
        slot.ports |= item.ports
        self._shift(item, slot, 1)
        self.where[item.service].add(name)
        if name in self.spares:
            self.spares[name].put(item, name)

    def take(self, item: Item, slot: Slot) -> None:
        """Remove an item again."""
        name = slot.target.name
        del slot.items[item.name]
        slot.ports -= item.ports
        self._shift(item, slot, -1)
        if not slot.services[item.service]:
            self.where[item.service].discard(name)
        if name in self.spares:
            self.spares[name].take(item, name)

    def _shift(self, item: Item, slot: Slot, sign: int) -> None:
        slot.memory -= sign * item.requests.memory
        slot.storage -= sign * item.requests.storage
        slot.cpu -= sign * item.requests.cpu
        slot.services[item.service] += sign
        self._remember_rules(item, slot, sign)
        if slot.target.allocatable is not None:
            members = self.kin[_likeness(slot)].members
            del members[bisect_left(members, slot.key, key=_key)]
            self._rescore(slot)
            insort(members, (slot.key, slot), key=_key)

    def _remember_rules(self, item: Item, slot: Slot, sign: int) -> None:
        """Keep the rules that bind others too: who refuses whom, who has to be joined, how fellows are spread."""
        if item.apart is not None and item.apart.strict:
            for service in item.apart.services:
                slot.refusals[service] += sign
        if item.together is not None and item.together.strict:
            for service in item.together.services:
                self.wanted.setdefault(service, Counter())[slot.target.name] += sign
        if item.spread is not None:
            over = item.spread.over
            self.domains[item.fellows, over][slot.target.domain(over)] += sign
            self._lowest.clear()

    def _rescore(self, slot: Slot) -> None:
        slot.base = score(slot, 0, 0, 0, self.settings.weights, pack=self.pack)
        slot.key = (-slot.base, -slot.memory, slot.order)


class Kin:
    """Slots of known and about the same size, best first."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.members = sorted(((slot.key, slot) for slot in slots), key=_key)
        sizes = [slot.allocatable for _key, slot in self.members]
        self.smallest = Amounts(min(size.memory for size in sizes), min(size.storage for size in sizes))
        self.largest = Amounts(max(size.memory for size in sizes), max(size.storage for size in sizes))


def _key(pair: tuple[Key, Slot]) -> Key:
    return pair[0]


def _likeness(slot: Slot) -> tuple[int, int]:
    return _rounded(slot.allocatable.memory), _rounded(slot.allocatable.storage)


def _rounded(size: int) -> int:
    """Round a size down to its first three binary digits: steps of 13 to 25 %."""
    step = max(0, size.bit_length() - 3)
    return size >> step << step


def _kin(slots: Iterable[Slot]) -> dict[tuple[int, int], Kin]:
    groups: dict[tuple[int, int], list[Slot]] = {}
    for slot in slots:
        if slot.target.allocatable is not None:
            groups.setdefault(_likeness(slot), []).append(slot)
    return {likeness: Kin(members) for likeness, members in groups.items()}


def _slots(targets: Iterable[Target]) -> dict[str, Slot]:
    """Return slots in natural order; a load or reliability that is not known is the median of those that are."""
    ordered = sorted(targets, key=lambda target: natural(target.name))
    fastest = max((target.capability for target in ordered), default=0)
    load = _median([target.load for target in ordered if target.load is not None], 0)
    reliability = _median([target.reliability for target in ordered if target.reliability is not None], 1000)
    return {
        target.name: Slot(
            target,
            order,
            share(target.capability, fastest),
            target.load if target.load is not None else load,
            target.reliability if target.reliability is not None else reliability,
        )
        for order, target in enumerate(ordered)
    }


def _median(values: list[int], otherwise: int) -> int:
    return sorted(values)[len(values) // 2] if values else otherwise
