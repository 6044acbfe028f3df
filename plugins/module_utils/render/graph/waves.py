# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The graph of a stack: which service waits for which, in waves that may be deployed at the same time."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified


@dataclass(frozen=True)
class Graph:
    """Services in waves, and what each needs. Names and needs are in the order in which they are shown."""

    title: str
    waves: tuple[tuple[str, ...], ...]
    needs: dict[str, tuple[str, ...]]
    base: frozenset[str] = field(default_factory=frozenset)

    @property
    def edges(self) -> int:
        """The number of needs."""
        return sum(len(needed) for needed in self.needs.values())

    @property
    def summary(self) -> str:
        """The graph in one line."""
        services, waves = sum(len(wave) for wave in self.waves), len(self.waves)
        return f"{self.title}: {_count(services, 'service')} in {_count(waves, 'wave')}, {_count(self.edges, 'need')}"


def graph_of(unified: Unified) -> Graph:
    """Return the graph of a plan."""
    services = unified.services
    return Graph(
        title=unified.stack,
        waves=unified.waves,
        needs={name: services[name].needs for wave in unified.waves for name in wave},
        base=frozenset(name for name, service in services.items() if service.tier == "base"),
    )


def reduced(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return the needs without those that follow from others: who needs vault need not also show what vault needs."""
    behind: dict[str, set[str]] = {}
    kept: dict[str, tuple[str, ...]] = {}
    for wave in graph.waves:
        for name in wave:
            needs = graph.needs[name]
            follows = set().union(*(behind.get(need, set()) for need in needs))
            kept[name] = tuple(need for need in needs if need not in follows)
            behind[name] = follows.union(needs)
    return kept


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
