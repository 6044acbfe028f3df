# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Room to lose a machine: how much memory may be promised while the largest machine of a site can still be lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Target


@dataclass
class Spare:
    """The bytes that are left of what all but the largest target of a site can hold.

    Sums only: whether the pieces fit too shows when the loss is tried. What is pinned to the largest goes down with it.
    """

    largest: str
    room: int

    def put(self, item: Item, target: str) -> None:
        """Count an item that came."""
        self.room -= self._counted(item, target)

    def take(self, item: Item, target: str) -> None:
        """Count an item that went."""
        self.room += self._counted(item, target)

    def short(self, item: Item) -> int:
        """Return the bytes that would be missing with this item, 0 when it fits."""
        return max(0, item.requests.memory - self.room)

    def _counted(self, item: Item, target: str) -> int:
        return 0 if item.pinned and target == self.largest else item.requests.memory


def spares(targets: Iterable[Target]) -> dict[str, Spare]:
    """Return by target what its site can spare; a target without a second one of its kind beside it has no entry."""
    sites: dict[tuple[str, str | None], list[tuple[int, Target]]] = {}
    for target in targets:
        if target.allocatable is not None and target.kind != "cluster":
            sites.setdefault((target.kind, target.site), []).append((target.allocatable.memory, target))
    found: dict[str, Spare] = {}
    for members in sites.values():
        if len(members) > 1:
            memory, largest = max(members, key=lambda pair: pair[0])
            spare = Spare(largest.name, sum(own for own, _target in members) - memory)
            found |= {target.name: spare for _own, target in members}
    return found
