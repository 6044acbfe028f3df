# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the best target without scoring all of them.

Targets of about the same size form a class, sorted by the score they would have without the item. The item lowers
all scores of a class by about the same, at least by its share of the class's largest member. So the walk down
a class ends where even that cannot beat what was found: a thousand targets, a few dozen of them looked at.
The result is the same as scoring all.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.amounts import Amounts
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Weights
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.score import Score

FEW_CLASSES = 8
MEMBERS_PER_CLASS = 16
PRECISIONS = (64, 8, 7, 6, 5, 4, 3, 2, 1, 0)
"""Leading bits of a size in which the members of a class agree, tried from equal sizes to any size."""


class _SizeClass:
    """Targets of about the same size, best first: ``-score * count + number``, one integer that sorts by both."""

    def __init__(self, board: Board, numbers: Sequence[int]) -> None:
        self.entries: list[int] = []
        self.memory = _range(board.memory, numbers)
        self.storage = _range(board.storage, numbers)


def _range(sizes: Sequence[int], numbers: Sequence[int]) -> tuple[int, int]:
    found = [sizes[number] for number in numbers]
    return max(1, min(found)), max(1, *found)


def _about(size: int, bits: int) -> tuple[int, int]:
    """Return what sizes have in common that agree in their leading bits."""
    return size.bit_length() if bits else 0, size >> max(0, size.bit_length() - bits)


def _classes(board: Board, numbers: Sequence[int]) -> list[list[int]]:
    """Return the targets in classes: as much alike as a moderate number of classes allows."""
    limit = max(FEW_CLASSES, len(numbers) // MEMBERS_PER_CLASS)
    found: dict[object, list[int]] = {}
    for bits in PRECISIONS:
        found = {}
        for number in numbers:
            key = (_about(board.memory[number], bits), _about(board.storage[number], bits))
            found.setdefault(key, []).append(number)
        if len(found) <= limit:
            break
    return list(found.values())


class Ranking:
    """Targets that a kind of items can go to, kept in order while the board changes."""

    def __init__(
        self, board: Board, score: Score, weights: Weights, numbers: Sequence[int], extra: Sequence[int]
    ) -> None:
        """Rank ``numbers``; ``extra`` holds points that a target has for these items whatever the board is."""
        self._board = board
        self._score = score
        self._weights = weights
        self._extra = dict(zip(numbers, extra, strict=True))
        self._count = len(board.known)
        self._entry: dict[int, int] = {}
        self._class_of: dict[int, _SizeClass] = {}
        self._classes: list[_SizeClass] = []
        self._seen = len(board.log)
        for members in _classes(board, numbers):
            group = _SizeClass(board, members)
            for number in members:
                self._class_of[number] = group
                self._entry[number] = self._entry_now(number)
            group.entries = sorted(self._entry[number] for number in members)
            self._classes.append(group)

    def _entry_now(self, number: int) -> int:
        return number - (self._score(number, 0, 0, 0) + self._extra[number]) * self._count

    def _catch_up(self) -> None:
        """Move the targets that changed since the last question to their new rank."""
        log = self._board.log
        changed = set(log[self._seen :])
        self._seen = len(log)
        for number in changed & self._entry.keys():
            old, new = self._entry[number], self._entry_now(number)
            if old != new:
                entries = self._class_of[number].entries
                del entries[bisect_left(entries, old)]
                insort(entries, new)
                self._entry[number] = new

    def _most(self, group: _SizeClass, needs: Amounts) -> int:
        """Return the most that placing the item can add to a score in this class; usually it takes away."""
        memory, storage = self._weights.memory * 1000 * needs.memory, self._weights.storage * 1000 * needs.storage
        if self._board.question.settings.strategy == "pack":
            return memory // group.memory[0] + storage // group.storage[0] + 2
        return -(memory // group.memory[1]) - (storage // group.storage[1])

    def best(
        self,
        item: Item,
        room: Amounts,
        allowed: Callable[[int], bool] | None,
        company: Callable[[int], int] | None,
        most_company: int,
    ) -> int | None:
        """Return the best target for an item, or None.

        ``room`` is what has to be free; ``allowed`` asks the remaining filters; ``company`` gives the points
        for others on a target, ``most_company`` at most. Ties: fewer instances of the same service, more free
        memory, natural order of the name.
        """
        self._catch_up()
        board, score, extra, count = self._board, self._score, self._extra, self._count
        free_memory, free_storage, free_cpu = board.free_memory, board.free_storage, board.free_cpu
        needs, same = item.requests, board.where(item.service)
        memory, storage, cpu = needs.memory, needs.storage, needs.cpu
        most = [self._most(group, needs) + most_company for group in self._classes]
        heads = [
            (group.entries[0] // count - lift, rank)
            for rank, (group, lift) in enumerate(zip(self._classes, most, strict=True))
        ]
        best: tuple[int, int, int, int] | None = None
        worst_key = 2**80
        for head, rank in sorted(heads):
            if head > worst_key:
                break
            lift = most[rank]
            for entry in self._classes[rank].entries:
                if entry // count - lift > worst_key:
                    break
                number = entry % count
                if (
                    free_memory[number] < room.memory
                    or free_storage[number] < room.storage
                    or free_cpu[number] < room.cpu
                    or (allowed is not None and not allowed(number))
                ):
                    continue
                points = score(number, memory, storage, cpu) + extra[number] + (company(number) if company else 0)
                found = (points, -same.get(number, 0), free_memory[number], -number)
                if best is None or found > best:
                    best, worst_key = found, -points
        return -best[3] if best is not None else None
