# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Items that have to stand together are placed together, so that the first one does not take a place too small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item


class Parties:
    """Knows who has to stand with whom among the items that wait for a place."""

    def __init__(self, waiting: Iterable[Item], placed: Mapping[str, str], board: Board) -> None:
        self.board = board
        self.placed = placed
        self.by_service: dict[str, list[Item]] = {}
        self.followers: dict[str, list[Item]] = {}
        for item in waiting:
            self.by_service.setdefault(item.service, []).append(item)
            for service in _company(item):
                self.followers.setdefault(service, []).append(item)

    def all_of(self, leader: Item) -> list[Item]:
        """Return who should come to the same target as an item, directly or through others; often nobody."""
        return self._closed(leader, lambda item: (*self._followers(item), *self._missing(item)))

    def need_of(self, leader: Item) -> list[Item]:
        """Return only those without whom an item cannot be: one more instance of each service it has to stand with."""
        return self._closed(leader, self._needed)

    def _closed(self, leader: Item, others: Callable[[Item], Iterable[Item]]) -> list[Item]:
        party = {leader.name: leader}
        queue = [leader] if self.followers else []
        while queue:
            for other in others(queue.pop(0)):
                if other.name not in party:
                    party[other.name] = other
                    queue.append(other)
        del party[leader.name]
        return list(party.values())

    def _followers(self, item: Item) -> list[Item]:
        """Return an even share of those who have to stand with the service of an item."""
        others = self._still(self.followers.get(item.service, []))
        peers = max(1, len(self._still(self.by_service[item.service])))
        return others[: -(-len(others) // peers)]

    def _missing(self, item: Item) -> list[Item]:
        """Return one instance of each service that an item has to stand with, where there is none yet."""
        return [one for one in self._needed(item) if not self.board.where.get(one.service)]

    def _needed(self, item: Item) -> list[Item]:
        services = sorted(_company(item) - {item.service})
        return [one for service in services for one in self._still(self.by_service.get(service, []))[:1]]

    def _still(self, items: list[Item]) -> list[Item]:
        return [item for item in items if item.name not in self.placed]


def _company(item: Item) -> frozenset[str]:
    return item.together.services if item.together is not None and item.together.strict else frozenset()
