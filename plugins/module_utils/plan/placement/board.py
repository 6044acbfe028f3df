# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The board: what is free on each target, and which services stand where, while items are put on it.

Targets are numbers here (their rank in natural order) and amounts are plain lists, because everything
that is tried thousands of times reads them.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.question import Question
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.spare import Spare

UNLIMITED = 2**80
"""What is free on a target of unknown size: the user who pinned an item there knows better."""

_NOWHERE: Mapping[int, int] = {}


class Board:
    """Targets with the items that stand on them. ``log`` names every target that changed, in order."""

    def __init__(self, question: Question) -> None:
        """Set up the targets without any item."""
        self.question = question
        sizes = question.allocatable
        self.known = [size is not None for size in sizes]
        self.memory = [size.memory if size else 0 for size in sizes]
        self.storage = [size.storage if size else 0 for size in sizes]
        self.cpu = [size.cpu if size else 0 for size in sizes]
        self.free_memory = [size.memory if size else UNLIMITED for size in sizes]
        self.free_storage = [size.storage if size else UNLIMITED for size in sizes]
        self.free_cpu = [size.cpu if size else UNLIMITED for size in sizes]
        self.ports = [dict.fromkeys(target.host_ports, 1) for target in question.targets]
        self.place_of: dict[str, int] = {}
        self.log: list[int] = []
        self._where: dict[str, dict[int, int]] = {}
        self.spare = Spare(question) if question.settings.survive_one_node else None

    def where(self, service: str) -> Mapping[int, int]:
        """Return how many instances of a service stand on which targets."""
        return self._where.get(service, _NOWHERE)

    def short(self, number: int) -> dict[str, int]:
        """Return by how much a target has promised more than it has, of the resources that have to fit."""
        free = {"memory": self.free_memory, "storage": self.free_storage, "cpu": self.free_cpu}
        enforced = self.question.settings.enforce
        return {name: -amounts[number] for name, amounts in free.items() if amounts[number] < 0 and name in enforced}

    def put(self, item: Item, number: int) -> None:
        """Put an item on a target; whether it may stand there is the filters' business."""
        self.place_of[item.name] = number
        counts = self._where.setdefault(item.service, {})
        counts[number] = counts.get(number, 0) + 1
        self._use(item, number, 1)

    def take(self, item: Item) -> int:
        """Take an item away; return where it was."""
        number = self.place_of.pop(item.name)
        counts = self._where[item.service]
        counts[number] -= 1
        if not counts[number]:
            del counts[number]
        self._use(item, number, -1)
        return number

    def _use(self, item: Item, number: int, sign: int) -> None:
        requests = item.requests
        self.free_memory[number] -= sign * requests.memory
        self.free_storage[number] -= sign * requests.storage
        self.free_cpu[number] -= sign * requests.cpu
        ports = self.ports[number]
        for port in item.host_ports:
            ports[port] = ports.get(port, 0) + sign
        self.log.append(number)
        if self.spare is not None:
            self.spare.use(item, number, sign)
