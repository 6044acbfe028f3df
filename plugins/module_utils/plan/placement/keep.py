# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keep pass: what already runs stays where every hard constraint still holds."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.filters import concerned, fault, neighbours
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.placer import Placer


def keep(items: Sequence[Item], placer: Placer) -> dict[str, str]:
    """Leave items where they are, as far as possible; return why the others cannot stay.

    Neighbours are asked when all are back in place: who comes first in the alphabet must not matter. Where two cannot
    stay together, the one moves that has the rule.
    """
    reasons: dict[str, str] = {}
    stayed = [item for item in items if _stays(item, placer, reasons)]
    owners = [item for item in stayed if not item.plain]
    for group in (owners, stayed):
        while sum(_leaves(item, placer, reasons) for item in group if item.name in placer.placed):
            continue
    return reasons


def _stays(item: Item, placer: Placer, reasons: dict[str, str]) -> bool:
    """Put an item back where it was, if nothing but neighbours could object."""
    board = placer.board
    before = board.current.get(item.name)
    if before is None:
        return False
    slot = board.slots.get(before)
    found = fault(item, slot, board, alone=True) if slot is not None else ("state", "is gone")
    if slot is None or found is not None:
        reasons[item.name] = f"{before}: {found[1]}" if found is not None else ""
        return False
    placer.put(item, slot)
    return True


def _leaves(item: Item, placer: Placer, reasons: dict[str, str]) -> bool:
    """Take an item away again whose neighbours do not suit."""
    board = placer.board
    slot = board.slots[placer.placed[item.name]]
    if not concerned(item, slot, board):
        return False
    board.take(item, slot)
    found = neighbours(item, slot, board)
    board.put(item, slot)
    if found is None:
        return False
    placer.take(item)
    reasons[item.name] = f"{slot.target.name}: {found}"
    return True
