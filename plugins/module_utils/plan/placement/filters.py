# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hard constraints, in a fixed order, each with its reason in words: those that depend on what is placed already.

The static ones (:mod:`static`) come first.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.board import Board, Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.static import static_fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size

Moving = Callable[[Item, Slot, Board], str | None]


def _ports(item: Item, slot: Slot, board: Board) -> str | None:
    taken = sorted(item.ports & slot.ports) if item.ports else []
    return f"port {', '.join(f'{number}/{protocol}' for number, protocol in taken)} is taken" if taken else None


def neighbours(item: Item, slot: Slot, board: Board) -> str | None:
    """Refuse company that the item does not want, or that does not want it: a strict rule binds both sides."""
    return _together(item, slot, board) or _apart(item, slot) or _skew(item, slot, board)


def _together(item: Item, slot: Slot, board: Board) -> str | None:
    """Ask for those that the item has to stand with (pinned items wait for them), then for those that wait for it."""
    if item.together is not None and item.together.strict and not item.pinned:
        absent = sorted(name for name in item.together.services if not slot.services[name])
        elsewhere = [name for name in absent if board.where.get(name)]
        if elsewhere:
            return f"{', '.join(elsewhere)} runs elsewhere"
        homeless = [name for name in absent if name in board.expected and name != item.service]
        if homeless:
            return f"{', '.join(homeless)} has no place there"
    wanted = board.wanted.get(item.service)
    if wanted:
        waiting = [name for name, count in wanted.items() if count and not board.slots[name].services[item.service]]
        if waiting and slot.target.name not in waiting:
            return f"another service on {', '.join(sorted(waiting))} has to stand with it"
    return None


def _apart(item: Item, slot: Slot) -> str | None:
    if slot.refusals[item.service]:
        return "a service there stands apart from it"
    if item.apart is not None and item.apart.strict:
        there = sorted(name for name in item.apart.services if slot.services[name])
        if there:
            return f"{', '.join(there)} runs there already"
    return None


def _skew(item: Item, slot: Slot, board: Board) -> str | None:
    """Refuse a domain that would get more fellows than the emptiest one plus max_skew."""
    if item.spread is None or not item.spread.strict:
        return None
    over = item.spread.over
    own = slot.target.domain(over)
    count = board.domains[item.fellows, over][own]
    if count + 1 - board.lowest(item, over) <= item.spread.max_skew:
        return None
    return f"{over} {own} has {count} of {item.fellows} already"


def _data(item: Item, slot: Slot, board: Board) -> str | None:
    if item.volume_on is None or item.volume_on == slot.target.name or item.volume_on not in board.slots:
        return None
    return f"its data is on {item.volume_on} (placement: {{move: true}} allows a move)"


def _fit(item: Item, slot: Slot, board: Board) -> str | None:
    target = slot.target
    if target.allocatable is None:
        return None if item.pinned else "its size is not known"
    for resource, label in (("memory", "RAM"), ("storage", "disk"), ("cpu", "CPU")):
        if resource in board.settings.unlimited:
            continue
        need, free = getattr(item.requests, resource), getattr(slot, resource)
        if target.largest is not None and need > getattr(target.largest, resource):
            return (
                f"{label}: its largest node has {_amount(resource, getattr(target.largest, resource))}, needs "
                + _amount(resource, need)
            )
        if need > free:
            whole = _amount(resource, getattr(target.allocatable, resource))
            return (
                f"{label}: {_amount(resource, max(0, free))} free of {whole}, needs {_amount(resource, need)}"
                f" (short by {_amount(resource, need - max(0, free))})"
            )
    return None


def _survive(item: Item, slot: Slot, board: Board) -> str | None:
    """Refuse what takes the room to lose the largest machine. What runs already stays: no move would help."""
    spare = board.spares.get(slot.target.name)
    if spare is None or item.pinned or board.current.get(item.name) == slot.target.name:
        return None
    short = spare.short(item)
    return f"would leave no room to lose {spare.largest} (short by {human_size(short)})" if short else None


def _amount(resource: str, value: int) -> str:
    return f"{value / 1000:g} cores" if resource == "cpu" else human_size(value)


MOVING: tuple[tuple[str, Moving], ...] = (
    ("ports", _ports),
    ("neighbours", neighbours),
    ("data", _data),
    ("fit", _fit),
    ("survive", _survive),
)


def moving_fault(item: Item, slot: Slot, board: Board, *, alone: bool = False) -> tuple[str, str] | None:
    """Return the first constraint that a target fails as things stand, and why; ``alone`` leaves neighbours out."""
    for name, check in MOVING:
        reason = None if alone and check is neighbours else check(item, slot, board)
        if reason is not None:
            return name, reason
    return None


def fault(item: Item, slot: Slot, board: Board, *, alone: bool = False) -> tuple[str, str] | None:
    """Return the first constraint of all that a target fails, and why."""
    return static_fault(item, slot.target) or moving_fault(item, slot, board, alone=alone)


def fits(item: Item, slot: Slot, board: Board) -> bool:
    """Tell quickly whether the amounts fit; the same rule as in the explanation."""
    if slot.target.allocatable is None:
        return item.pinned
    need, unlimited = item.requests, board.settings.unlimited
    if slot.target.largest is not None and _fit(item, slot, board) is not None:
        return False
    return (
        (need.memory <= slot.memory or "memory" in unlimited)
        and (need.storage <= slot.storage or "storage" in unlimited)
        and (need.cpu <= slot.cpu or "cpu" in unlimited)
    )


def allowed_now(item: Item, slot: Slot, board: Board) -> bool:
    """Tell quickly whether an item may go to a statically allowed slot as things stand."""
    if not fits(item, slot, board):
        return False
    amounts_only = not (board.spares or item.volume_on or concerned(item, slot, board))
    return amounts_only or moving_fault(item, slot, board) is None


def concerned(item: Item, slot: Slot, board: Board) -> bool:
    """Tell whether any rule between items can matter: the item has one, or somebody has one about it."""
    return not item.plain or bool(slot.refusals) or item.service in board.wanted
