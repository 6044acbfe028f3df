# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change will do, in the form in which Ansible shows differences."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.kombify.stack.plugins.module_utils.nodes.entries import Change, Entry
from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import UnitChange

Difference = dict[str, str]


def differences(changes: Iterable[Change], units: Iterable[UnitChange]) -> list[Difference]:
    """Return one difference for each file and unit."""
    return [*map(_of_file, changes), *map(_of_unit, units)]


def _of_file(change: Change) -> Difference:
    path = change.wanted.path
    return {
        "before_header": f"{path} ({_properties(change.before)})",
        "after_header": f"{path} ({_properties(change.after)})",
        "before": _text(change.before),
        "after": _text(change.after),
    }


def _properties(entry: Entry | None) -> str:
    if entry is None:
        return "absent"
    return "link" if entry.link is not None else f"{entry.mode:04o}, {entry.uid}:{entry.gid}"


def _text(entry: Entry | None) -> str:
    if entry is None:
        return ""
    return f"-> {entry.link}\n" if entry.link is not None else entry.content.decode(errors="replace")


def _of_unit(change: UnitChange) -> Difference:
    unit = change.unit
    enabled = unit.enabled if change.enable is None else change.enable
    active = unit.active if change.activate is None else change.activate
    return {
        "before_header": unit.name,
        "after_header": unit.name,
        "before": _state(enabled=unit.enabled, active=unit.active),
        "after": _state(enabled=enabled, active=active),
    }


def _state(*, enabled: bool, active: bool) -> str:
    return f"{'enabled' if enabled else 'disabled'}, {'active' if active else 'inactive'}\n"
