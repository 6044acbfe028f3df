# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hard constraints, in a fixed order, each with its reason in words.

The static ones depend on item and target alone and are answered once for all items that ask the same;
the others depend on what is placed already.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.kombify.stack.plugins.module_utils.plan.places.board import Board, Slot
from ansible_collections.kombify.stack.plugins.module_utils.plan.places.model import Item, Target
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size

AWAY = {
    "absent": "is declared absent",
    "maintenance": "is in maintenance",
    "stopped": "is stopped",
    "offline": "is offline",
}

Static = Callable[[Item, Target], str | None]
Moving = Callable[[Item, Slot, Board], str | None]


def _state(item: Item, target: Target) -> str | None:
    if item.pinned and target.state == "maintenance":
        return None  # it belongs to that machine and waits there
    return AWAY.get(target.state)


def _runs_on(item: Item, target: Target) -> str | None:
    if item.candidates is not None and target.name not in item.candidates:
        return "runs_on does not name it"
    return "not_on names it" if target.name in item.refused else None


def _kind(item: Item, target: Target) -> str | None:
    if item.kinds is None or target.kind in item.kinds:
        return None
    return f"the kit does not support a {target.kind}"


def _arch(item: Item, target: Target) -> str | None:
    if not item.archs or target.arch is None or target.arch in item.archs:
        return None
    return f"there is no image for {target.arch} (only {', '.join(sorted(item.archs))})"


def _devices(item: Item, target: Target) -> str | None:
    missing = sorted((item.devices - target.devices) | (item.labels - target.labels))
    return f"has no {', '.join(missing)}" if missing else None


def _taints(item: Item, target: Target) -> str | None:
    unwelcome = sorted(target.taints - item.tolerations)
    return f"is tainted {', '.join(unwelcome)}" if unwelcome and not item.pinned else None


def _reach(item: Item, target: Target) -> str | None:
    if item.public and not target.public:
        return "has no public address"
    unreachable = sorted(item.reach - target.reach) if target.reach is not None else []
    return f"has no link to {', '.join(unreachable)}" if unreachable else None


def _ports(item: Item, slot: Slot, board: Board) -> str | None:
    taken = sorted(item.ports & slot.ports) if item.ports else []
    return f"port {', '.join(f'{number}/{protocol}' for number, protocol in taken)} is taken" if taken else None


def _neighbours(item: Item, slot: Slot, board: Board) -> str | None:
    together, apart, spread = item.together, item.apart, item.spread
    if together and together.strict and not any(slot.services[name] for name in together.services):
        missing = [name for name in sorted(together.services) if board.where.get(name)]
        if missing:
            return f"{', '.join(missing)} runs elsewhere"
    if apart and apart.strict:
        there = sorted(name for name in apart.services if slot.services[name])
        if there:
            return f"{', '.join(there)} runs there already"
    return _skew(item, slot, board) if spread and spread.strict else None


def _skew(item: Item, slot: Slot, board: Board) -> str | None:
    """Refuse a domain that would get more instances than the emptiest one plus max_skew."""
    if item.spread is None:
        return None
    over = item.spread.over
    counts = board.domains[item.service, over]
    own = slot.target.domain(over)
    possible = {
        other.target.domain(over)
        for other in board.slots.values()
        if item.candidates is None or other.target.name in item.candidates
    }
    lowest = min((counts[domain] for domain in possible), default=0)
    if counts[own] + 1 - lowest <= item.spread.max_skew:
        return None
    return f"{over} {own} has {counts[own]} of {item.service} already"


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


def _amount(resource: str, value: int) -> str:
    return f"{value / 1000:g} cores" if resource == "cpu" else human_size(value)


STATIC: tuple[tuple[str, Static], ...] = (
    ("state", _state),
    ("runs_on", _runs_on),
    ("kind", _kind),
    ("arch", _arch),
    ("devices", _devices),
    ("taints", _taints),
    ("reach", _reach),
)
MOVING: tuple[tuple[str, Moving], ...] = (
    ("ports", _ports),
    ("neighbours", _neighbours),
    ("data", _data),
    ("fit", _fit),
)


def static_fault(item: Item, target: Target) -> tuple[str, str] | None:
    """Return the first static constraint that a target fails, and why."""
    for name, check in STATIC:
        reason = check(item, target)
        if reason is not None:
            return name, reason
    return None


def moving_fault(item: Item, slot: Slot, board: Board) -> tuple[str, str] | None:
    """Return the first constraint that a target fails as things stand, and why."""
    for name, check in MOVING:
        reason = check(item, slot, board)
        if reason is not None:
            return name, reason
    return None


def fits(item: Item, slot: Slot, board: Board) -> bool:
    """Tell quickly whether the amounts fit; the same rule as in the explanation."""
    if slot.target.allocatable is None:
        return item.pinned
    need, unlimited, largest = item.requests, board.settings.unlimited, slot.target.largest
    if largest is not None and _fit(item, slot, board) is not None:
        return False
    return (
        (need.memory <= slot.memory or "memory" in unlimited)
        and (need.storage <= slot.storage or "storage" in unlimited)
        and (need.cpu <= slot.cpu or "cpu" in unlimited)
    )


def allowed_now(item: Item, slot: Slot, board: Board) -> bool:
    """Tell whether an item may go to a statically allowed slot as things stand."""
    if not fits(item, slot, board):
        return False
    if item.volume_on is not None and _data(item, slot, board) is not None:
        return False
    return item.plain or (_ports(item, slot, board) is None and _neighbours(item, slot, board) is None)


def question(item: Item) -> tuple[object, ...]:
    """Return what the static answer depends on: items that ask the same share the answer."""
    return (
        item.candidates,
        item.refused,
        item.kinds,
        item.archs,
        item.devices,
        item.labels,
        item.tolerations,
        item.reach,
        item.public,
        item.pinned,
    )
