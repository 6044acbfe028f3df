# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to write targets and items, and a check of a result that knows nothing of how it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Amounts, Item, Settings, Target

GIB = 2**30


def _amounts(memory: float, storage: float, cpu: int) -> Amounts:
    return Amounts(round(memory * GIB), round(storage * GIB), cpu)


@pytest.fixture(scope="session")
def host() -> Callable[..., Target]:
    """Make a target: memory and storage in GiB, cpu in millicores; memory None means an unknown size."""

    def make(name: str, memory: float | None = 8, storage: float = 100, cpu: int = 8000, **more: Any) -> Target:
        size = None if memory is None else _amounts(memory, storage, cpu)
        return Target(name, **{"allocatable": size, "capability": 1000, **more})

    return make


@pytest.fixture(scope="session")
def item() -> Callable[..., Item]:
    """Make an item: memory and storage in GiB, cpu in millicores; the service is the part before a dash."""

    def make(name: str, memory: float = 1, storage: float = 0, cpu: int = 0, **more: Any) -> Item:
        return Item(name, **{"service": name.partition("-")[0], "requests": _amounts(memory, storage, cpu), **more})

    return make


@pytest.fixture(scope="session")
def broken_rules() -> Callable[..., list[str]]:
    """Check places against every hard constraint between items and targets; return what is wrong."""
    return _broken_rules


def _broken_rules(
    items: Sequence[Item], targets: Iterable[Target], places: Mapping[str, str], settings: Settings | None = None
) -> list[str]:
    hosts = {target.name: target for target in targets}
    placed = {item: hosts[places[item.name]] for item in items if item.name in places}
    wrong = [f"{item.name} is on {target.name}" for item, target in placed.items() if not _suits(item, target)]
    for target in hosts.values():
        here = [item for item, place in placed.items() if place is target]
        wrong += _crowded(target, here, settings or Settings())
        wrong += _quarrels(target, here, {item.service for item in items})
    return wrong + _uneven(placed, hosts)


def _suits(item: Item, target: Target) -> bool:
    named = (item.candidates is None or target.name in item.candidates) and target.name not in item.refused
    return named and item.volume_on in (None, target.name)


def _crowded(target: Target, here: list[Item], settings: Settings) -> list[str]:
    wrong = []
    for resource in {"memory", "storage", "cpu"} - settings.unlimited:
        used = sum(getattr(item.requests, resource) for item in here)
        if target.allocatable is not None and used > getattr(target.allocatable, resource):
            wrong.append(f"{target.name} has too little {resource}")
    ports = Counter(port for item in here for port in item.ports)
    return wrong + [f"{target.name} has port {port} twice" for port, count in ports.items() if count > 1]


def _quarrels(target: Target, here: list[Item], everywhere: set[str]) -> list[str]:
    wrong = []
    for item in here:
        others = {other.service for other in here if other is not item}
        if item.apart and item.apart.strict and others & item.apart.services:
            wrong.append(f"{item.name} is not apart on {target.name}")
        if item.together and item.together.strict and (item.together.services & everywhere) - others - {item.service}:
            wrong.append(f"{item.name} is alone on {target.name}")
    return wrong


def _uneven(placed: Mapping[Item, Target], hosts: Mapping[str, Target]) -> list[str]:
    wrong = []
    for item in placed:
        if item.spread and item.spread.strict:
            over = item.spread.over
            counts = Counter(hosts[name].domain(over) for name in item.candidates or hosts)
            counts.subtract(counts.copy())
            counts.update(target.domain(over) for other, target in placed.items() if other.fellows == item.fellows)
            if max(counts.values()) - min(counts.values()) > item.spread.max_skew:
                wrong.append(f"{item.fellows} is uneven: {dict(counts)}")
    return wrong
