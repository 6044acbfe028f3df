"""Small makers of targets and items: sizes in GiB and cores, as people say them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import Amounts, Factors, Item, Target

GIB = 2**30


def _amounts(memory: float = 0, storage: float = 0, cores: float = 0) -> Amounts:
    return Amounts(round(memory * GIB), round(storage * GIB), round(cores * 1000))


@pytest.fixture(scope="session")
def amounts() -> Callable[..., Amounts]:
    """amounts(memory GiB, storage GiB, cores)."""
    return _amounts


@pytest.fixture(scope="session")
def node() -> Callable[..., Target]:
    """node(name, memory GiB, storage GiB, cores): a Docker host whose CPU may be promised four times."""

    def make(name: str, memory: float = 8, storage: float = 100, cores: float = 4, **rest: Any) -> Target:
        size = None if rest.pop("unknown", False) else _amounts(memory, storage, cores)
        return Target(name, **{"size": size, "overcommit": Factors(cpu=4000), **rest})

    return make


@pytest.fixture(scope="session")
def app() -> Callable[..., Item]:
    """app(name, memory GiB, storage GiB, cores): an item of a service of its own, unless `service` says otherwise."""

    def make(name: str, memory: float = 1, storage: float = 0, cores: float = 0.1, **rest: Any) -> Item:
        return Item(name, **{"service": name, "requests": _amounts(memory, storage, cores), **rest})

    return make
