# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One change of a machine, from the request to its result: all of it, or nothing."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.nodes.differences import differences
from ansible_collections.kombify.stack.plugins.module_utils.nodes.entries import changes_of
from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.script import Undertaking
from ansible_collections.kombify.stack.plugins.module_utils.nodes.staging import Staged, missing_folders, place, staged
from ansible_collections.kombify.stack.plugins.module_utils.nodes.undo import Undo, settle
from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import (
    Run,
    read_units,
    reload_unit,
    run_checked,
    turn_off,
    turn_on,
    unit_changes,
)
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wanted import Request

STATE = Path("/var/lib/kombify/changes")


def make_change(request: Request, run: Run, *, check: bool, state: Path = STATE) -> dict[str, Any]:
    """Bring files and units into the wanted state, and return the result of the task.

    Raise :class:`NodeError` when that is not possible; then everything is as before.
    """
    if check:
        return _result(plan_change(request, run))
    with _alone(state):
        taken_back = settle(state, run)
        undertaking = plan_change(request, run)
        result = _result(undertaking) | {"taken_back": taken_back}
        if result["changed"]:
            with staged(undertaking.changes, run) as files:
                undo = _carry_out(undertaking, files, request, run, state)
            if request.confirm_within is not None:
                result["confirm"] = str(undo.script)
        return result


def plan_change(request: Request, run: Run) -> Undertaking:
    """Return what has to be done."""
    changes = changes_of(request.files)
    off = {unit.name for unit in request.units if unit.active is False}
    reloaded = [
        unit for unit in dict.fromkeys(unit for change in changes for unit in change.wanted.reload) if unit not in off
    ]
    units = read_units(run, [*reloaded, *(unit.name for unit in request.units)])
    return Undertaking(
        changes=changes,
        new_folders=missing_folders(changes),
        units=unit_changes(request.units, units),
        reloaded=[units[name] for name in reloaded],
        guarded=request.confirm_within is not None,
    )


def _carry_out(undertaking: Undertaking, files: Staged, request: Request, run: Run, state: Path) -> Undo:
    undo = Undo.prepare(undertaking, state, run)
    try:
        if request.confirm_within is not None:
            undo.arm(request.confirm_within)
        with undo.held():
            _do(undertaking, files, run)
            if request.confirm_within is not None:
                undo.count_down(request.confirm_within)
    except (NodeError, OSError) as error:
        undo.revert("it failed")
        undo.forget()
        raise NodeError(f"{error}\nEverything is as it was before.") from error
    if request.confirm_within is None:
        undo.keep()
    return undo


def _do(undertaking: Undertaking, files: Staged, run: Run) -> None:
    turn_off(run, undertaking.units)
    for change in undertaking.changes:
        place(change, files)
    if undertaking.touches_units:
        run_checked(run, ["systemctl", "daemon-reload"], "systemd cannot read its units")
    for command in undertaking.commands:
        run_checked(run, command, f"{' '.join(command)} failed")
    for unit in undertaking.reloaded:
        reload_unit(run, unit.name)
    turn_on(run, undertaking.units)


def _result(undertaking: Undertaking) -> dict[str, Any]:
    return {
        "changed": bool(undertaking.changes or undertaking.units),
        "changed_files": [change.wanted.path for change in undertaking.changes],
        "changed_units": [change.unit.name for change in undertaking.units],
        "diff": differences(undertaking.changes, undertaking.units),
    }


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Wait for other runs on this machine."""
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (state.parent / "changes.lock").open("w")
    except OSError as error:
        raise NodeError(f"{state} cannot be written: {error.strerror}. Nothing was changed.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
