# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would happen: a target lost, a better arrangement, the largest item that still fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.board import Board
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.choose import Chooser
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.filters import allowed_now
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import (
    Item,
    Placement,
    Settings,
    Target,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.place import place


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
    """Return what would happen without a target. Pinned items and data that lie there are lost with it."""
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
    """Return what losing the largest target would mean, or None when everything movable would still fit (N+1)."""
    known = [target for target in targets if target.allocatable is not None and target.kind != "cluster"]
    if len(known) < 2:
        return None
    largest = max(known, key=lambda target: (target.allocatable.memory if target.allocatable else 0, target.name))
    lost = lose(largest.name, items, targets, current, settings)
    return lost if lost.unplaced else None


def rebalance(
    items: Sequence[Item], targets: Iterable[Target], current: Mapping[str, str], settings: Settings | None = None
) -> tuple[Move, ...]:
    """Propose at most ``max_moves`` moves that each gain at least the margin, those without data first."""
    settings = settings or Settings()
    board = Board(targets, settings)
    chooser = Chooser(board)
    by_name = {item.name: item for item in items}
    for name, place_name in current.items():
        if name in by_name and place_name in board.slots:
            board.put(by_name[name], board.slots[place_name])
    moves: list[Move] = []
    candidates = [item for item in items if not item.pinned and not item.sticky and item.name in current]
    for item in sorted(candidates, key=lambda one: (not one.stateless, one.data, one.name)):
        if len(moves) == settings.max_moves:
            break
        move = _better(replace(item, volume_on=None), current[item.name], chooser, settings.margin * 1000)
        if move is not None:
            moves.append(move)
    return tuple(moves)


def _better(item: Item, here: str, chooser: Chooser, margin: int) -> Move | None:
    board = chooser.board
    slot = board.slots.get(here)
    if slot is None:
        return None
    board.take(item, slot)
    best = chooser.best(item, without=frozenset({here}))
    gain = chooser.rank(item, slot)[0] - chooser.rank(item, best)[0] if best is not None else 0
    if best is None or gain < margin or not allowed_now(item, best, board):
        board.put(item, slot)
        return None
    board.put(item, best)
    return Move(item.name, here, best.target.name, gain, item.data)


def still_fits(result: Placement, items: Iterable[Item], targets: Iterable[Target]) -> dict[str, int]:
    """Return the bytes of memory of the largest item that each target could still take."""
    board = Board(targets, Settings())
    by_name = {item.name: item for item in items}
    for name, target in result.assignments.items():
        board.put(by_name[name], board.slots[target])
    return {name: max(0, slot.memory) for name, slot in board.slots.items()}
