# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hard constraints that depend on item and target alone, in a fixed order, each with its reason in words."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import Item, Target

AWAY = {
    "absent": "is declared absent",
    "maintenance": "is in maintenance",
    "stopped": "is stopped",
    "offline": "is offline",
}

Static = Callable[[Item, Target], str | None]


def _state(item: Item, target: Target) -> str | None:
    if target.state == "maintenance" and (item.pinned or item.volume_on == target.name):
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


STATIC: tuple[tuple[str, Static], ...] = (
    ("state", _state),
    ("runs_on", _runs_on),
    ("kind", _kind),
    ("arch", _arch),
    ("devices", _devices),
    ("taints", _taints),
    ("reach", _reach),
)


def static_fault(item: Item, target: Target) -> tuple[str, str] | None:
    """Return the first static constraint that a target fails, and why."""
    for name, check in STATIC:
        reason = check(item, target)
        if reason is not None:
            return name, reason
    return None


def question(item: Item) -> tuple[object, ...]:
    """Return what the static answer depends on, but for data: items that ask the same share the answer."""
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
