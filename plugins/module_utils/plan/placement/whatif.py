# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would happen: a target lost, a better arrangement, the largest item that still fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board, Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Item,
    Placement,
    Settings,
    Target,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.place import place
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.static import AWAY
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural


@dataclass(frozen=True)
class Lost:
    """What losing a target would mean: who would go where, who would fit nowhere and why, who is lost with it."""

    target: str
    moves: Mapping[str, str]
    unplaced: Mapping[str, Mapping[str, str]]
    bound: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """A proposed move: its gain in thousandths of points, and the bytes of data that would move with it."""

    item: str
    source: str
    target: str
    gain: int
    data: int


def lose(
    name: str,
    items: Sequence[Item],
    targets: Sequence[Target],
    current: Mapping[str, str],
    settings: Settings | None = None,
) -> Lost:
    """Return what would happen without a target. Pinned items and data that lie there are lost with it.

    Room that was kept for losing one machine is there to be used when one is lost.
    """
    settings = replace(settings or Settings(), survive_one_node=False)
    here = [item for item in items if current.get(item.name) == name]
    bound = tuple(item.name for item in here if item.pinned)
    rest = [
        replace(item, volume_on=None) if item.volume_on == name else item for item in items if item.name not in bound
    ]
    after = place(rest, [target for target in targets if target.name != name], current=current, settings=settings)
    moves = {item: target for item, target in after.assignments.items() if item in current and current[item] != target}
    before = set(current)
    return Lost(name, moves, {item: why for item, why in after.unplaced.items() if item in before}, bound)


def survives(
    items: Sequence[Item], targets: Sequence[Target], current: Mapping[str, str], settings: Settings | None = None
) -> Lost | None:
    """Return what losing the largest target in use would mean, or None when everything movable would still fit (N+1).

    Inside a cluster its own scheduler finds other places, so clusters are not asked.
    """
    used = {current[item.name] for item in items if not item.pinned and item.name in current}
    sizes = {target.name: target.allocatable.memory for target in targets if target.allocatable is not None}
    hosts = [target.name for target in targets if target.kind != "cluster" and target.name in used & sizes.keys()]
    if not hosts or len(sizes) < 2:
        return None
    largest = min(hosts, key=lambda name: (-sizes[name], natural(name)))
    lost = lose(largest, items, targets, current, settings)
    return lost if lost.unplaced else None


def rebalance(
    items: Sequence[Item], targets: Iterable[Target], current: Mapping[str, str], settings: Settings | None = None
) -> tuple[Move, ...]:
    """Propose at most ``max_moves`` moves that each gain at least the margin: those without data first, then by gain.

    Each is worth its gain after the ones before it. Data may move here, as nothing moves before somebody says so.
    """
    settings = settings or Settings()
    board = Board(targets, settings, current)
    chooser = Chooser(board)
    for item in items:
        if current.get(item.name) in board.slots:
            board.put(item, board.slots[current[item.name]])
    movable = {
        item.name: replace(item, volume_on=None)
        for item in items
        if current.get(item.name) in board.slots and not item.pinned and not item.sticky
    }
    moves: list[Move] = []
    while len(moves) < settings.max_moves:
        found = [move for item in movable.values() if (move := _gain(item, current[item.name], chooser)) is not None]
        worth = [move for move in found if move.gain >= settings.margin * 1000]
        if not worth:
            break
        best = min(worth, key=lambda move: (not movable[move.item].stateless, -move.gain, natural(move.item)))
        item = movable.pop(best.item)
        board.take(item, board.slots[best.source])
        board.put(item, board.slots[best.target])
        moves.append(best)
    return tuple(moves)


def _gain(item: Item, here: str, chooser: Chooser) -> Move | None:
    """Return the best move of an item, others staying where they are; None when it could be nowhere else."""
    board = chooser.board
    slot = board.slots[here]
    board.take(item, slot)
    best = chooser.best(item, without=frozenset({here}))
    gain = chooser.rank(item, slot)[0] - chooser.rank(item, best)[0] if best is not None else 0
    board.put(item, slot)
    return Move(item.name, here, best.target.name, gain, item.data) if best is not None else None


def still_fits(result: Placement, items: Iterable[Item], targets: Iterable[Target]) -> dict[str, int]:
    """Return the bytes of memory of the largest item that each target could still take.

    0 when its size is unknown or it is away.
    """
    board = Board(targets, Settings())
    for item in items:
        if item.name in result.assignments:
            board.put(item, board.slots[result.assignments[item.name]])
    return {name: 0 if slot.target.state in AWAY else _largest(slot) for name, slot in board.slots.items()}


def _largest(slot: Slot) -> int:
    return max(0, min(slot.memory, (slot.target.largest or slot.allocatable).memory))
