# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The classic ways to pack, for comparison: the largest item first, onto the first or the fullest machine with room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board, Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import allowed_now
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Settings, Target

Places = dict[str, str]
Packer = Callable[[Sequence[Item], Sequence[Target], Settings], Places]


def first_fit(items: Sequence[Item], targets: Sequence[Target], settings: Settings) -> Places:
    """First-fit decreasing."""
    return _pack(items, targets, settings, lambda slot: slot.order)


def best_fit(items: Sequence[Item], targets: Sequence[Target], settings: Settings) -> Places:
    """Best-fit decreasing: the machine with least free memory."""
    return _pack(items, targets, settings, lambda slot: slot.memory)


def _pack(items: Sequence[Item], targets: Sequence[Target], settings: Settings, order: Callable[[Slot], int]) -> Places:
    board, places = Board(targets, settings), Places()
    for item in sorted(items, key=lambda item: -item.requests.memory):
        slots = [slot for slot in board.slots.values() if allowed_now(item, slot, board)]
        if slots:
            slot = min(slots, key=order)
            board.put(item, slot)
            places[item.name] = slot.target.name
    return places
