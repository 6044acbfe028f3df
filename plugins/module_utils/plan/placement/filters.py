# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The twelve hard constraints, in the order in which they are asked and counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import Amounts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.neighbours import Neighbours
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.wishes import (
    Rejection,
    Wish,
    arch,
    data,
    devices,
    kind,
    reach,
    runs_on,
    taints,
)

Reject = Callable[[Item, int], Rejection | None]


class Filter(NamedTuple):
    """One constraint: the word that counts and messages use, and the function that asks."""

    word: str
    reject: Reject


class Filters:
    """All filters over one board."""

    def __init__(self, board: Board, neighbours: Neighbours) -> None:
        """Bind the filters to what they look at."""
        self._board = board
        self._neighbours = neighbours
        self._question = board.question
        self._enforced = board.question.settings.enforce
        self._clusters = any(target.largest is not None for target in board.question.targets)
        self.all = (
            Filter("state", self._state),
            Filter("runs_on", self._of(runs_on)),
            Filter("kind", self._of(kind)),
            Filter("arch", self._of(arch)),
            Filter("devices", self._of(devices)),
            Filter("taints", self._of(taints)),
            Filter("reach", self._of(reach)),
            Filter("ports", self.ports),
            Filter("neighbours", self._company),
            Filter("data", self._of(data)),
            Filter("room", self.room),
            Filter("survive", self._survive),
        )

    def first(self, item: Item, number: int, leaving_out: frozenset[str] = frozenset()) -> tuple[str, Rejection] | None:
        """Return the first filter that refuses a target, with its reason; None when all let it pass."""
        for word, reject in self.all:
            rejection = reject(item, number) if word not in leaving_out else None
            if rejection is not None:
                return word, rejection
        return None

    def changing(self, item: Item) -> Callable[[int], bool] | None:
        """Return the test of what changes with every item placed, besides free amounts; None when there is no such."""
        asked: list[Reject] = []
        if item.host_ports:
            asked.append(self.ports)
        if self._neighbours.concern(item):
            asked.append(self._company)
        if self._clusters:
            asked.append(self.room)
        if self._board.spare is not None:
            asked.append(self._survive)
        return (lambda number: all(reject(item, number) is None for reject in asked)) if asked else None

    def _of(self, wish: Wish) -> Reject:
        targets = self._question.targets
        return lambda item, number: wish(item, targets[number])

    def _state(self, item: Item, number: int) -> Rejection | None:
        """Ask whether the target is in service. Cordoned: what is there stays, nothing comes."""
        target = self._question.targets[number]
        stays = target.state == "cordoned" and self._question.current.get(item.name) == target.name
        return None if stays or target.state == "present" else Rejection({"state": "present"}, {"state": target.state})

    def ports(self, item: Item, number: int) -> Rejection | None:
        """Ask whether the ports that the item needs of the host are free."""
        ports = self._board.ports[number]
        taken = sorted(port for port in item.host_ports if ports.get(port))
        return Rejection({"ports": taken}, {}) if taken else None

    def _company(self, item: Item, number: int) -> Rejection | None:
        """Ask those who are there already, then those who have to follow."""
        rejection = self._neighbours.reject(item, number)
        if rejection is not None:
            return rejection
        for follower in self._neighbours.followers(item):
            if self.first(follower, number, frozenset({"neighbours", "survive"})) is not None:
                return Rejection({"with": [follower.service]}, {})
        return None

    def room(self, item: Item, number: int) -> Rejection | None:
        """Ask for memory, storage and CPU, for the item and those that have to follow it."""
        board = self._board
        if not board.known[number]:
            return None if item.pinned else Rejection(item.requests.as_dict(), {"size": None})
        free = Amounts(board.free_memory[number], board.free_storage[number], board.free_cpu[number])
        largest = self._question.targets[number].largest
        if largest is not None and (rejection := self._short(item.requests, largest)):
            return rejection
        return self._short(self._neighbours.demand(item), free)

    def _short(self, requests: Amounts, free: Amounts) -> Rejection | None:
        needs, has = requests.as_dict(), free.as_dict()
        short = {name: needs[name] - has[name] for name in needs if needs[name] > has[name] and name in self._enforced}
        return Rejection(needs, has, short) if short else None

    def _survive(self, item: Item, number: int) -> Rejection | None:
        spare = self._board.spare
        short = spare.short(item, number, self._enforced) if spare is not None else {}
        return Rejection({"survive": "one node"}, {}, short) if short else None
