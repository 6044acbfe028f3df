# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running programs of the node, and systemd's answers about its units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wanted import WantedUnit

_PROPERTIES = ("LoadState", "ActiveState", "UnitFileState", "ConditionResult", "ConditionTimestampMonotonic")


class Run(Protocol):
    """Run a program and return its return code, what it wrote, and its complaints."""

    def __call__(self, command: Sequence[str], /) -> tuple[int, str, str]: ...


@dataclass(frozen=True)
class Unit:
    """What systemd says of a unit."""

    name: str
    known: bool
    enabled: bool
    active: bool
    skipped: bool = False
    """Whether systemd started it and then did not, because it does not fit this machine: no clock in a container."""


@dataclass(frozen=True)
class UnitChange:
    """A unit that has to be enabled or disabled, started or stopped; None where nothing has to be done."""

    unit: Unit
    enable: bool | None
    activate: bool | None


def run_checked(run: Run, command: Sequence[str], what: str) -> str:
    """Run a program that has to succeed. `what` is the beginning of the message of the :class:`NodeError` otherwise."""
    code, output, complaints = run(list(command))
    if code:
        said = (complaints.strip() or output.strip() or f"return code {code}").rstrip(".")
        raise NodeError(f"{what}: {said}.")
    return output


def read_units(run: Run, names: Iterable[str]) -> dict[str, Unit]:
    """Ask systemd for the state of units, all at once."""
    asked = list(dict.fromkeys(names))
    if not asked:
        return {}
    properties = f"--property={','.join(_PROPERTIES)}"
    answer = run_checked(run, ["systemctl", "show", properties, "--", *asked], "systemd does not answer")
    states = [dict(line.split("=", 1) for line in part.splitlines()) for part in answer.strip().split("\n\n")]
    return {name: _unit(name, state) for name, state in zip(asked, states, strict=True)}


def _unit(name: str, state: dict[str, str]) -> Unit:
    return Unit(
        name=name,
        known=state["LoadState"] not in {"not-found", "masked"},
        enabled=state["UnitFileState"] not in {"disabled", "masked", "masked-runtime", ""},
        active=state["ActiveState"] in {"active", "activating", "reloading"},
        skipped=state.get("ConditionResult") == "no" and state.get("ConditionTimestampMonotonic", "0") != "0",
    )


def unit_changes(wanted: Iterable[WantedUnit], found: dict[str, Unit]) -> list[UnitChange]:
    """Return the units that are not as wanted."""
    changes = [
        UnitChange(
            unit=found[unit.name],
            enable=unit.enabled if unit.enabled != found[unit.name].enabled else None,
            activate=_activate(unit, found[unit.name]),
        )
        for unit in wanted
    ]
    return [change for change in changes if (change.enable, change.activate) != (None, None)]


def _activate(wanted: WantedUnit, found: Unit) -> bool | None:
    if wanted.active == found.active or (wanted.active and found.skipped):
        return None
    return wanted.active


def reload_unit(run: Run, name: str) -> None:
    """Let a unit read its files again, or start it. What it wrote to the journal is part of the message otherwise."""
    code, _output, _complaints = run(["systemctl", "reload-or-restart", "--", name])
    if code:
        _code, journal, _complaints = run(["journalctl", f"--unit={name}", "--lines=6", "--output=cat", "--no-pager"])
        raise NodeError(f"{name} does not take its new files. Its journal ends with:\n{journal.strip()}")


def turn_on(run: Run, changes: Iterable[UnitChange]) -> None:
    """Enable and start the units that shall be so."""
    for change in changes:
        name = change.unit.name
        if change.enable:
            run_checked(run, ["systemctl", "enable", "--", name], f"{name} cannot be enabled")
        if change.activate:
            run_checked(run, ["systemctl", "start", "--", name], f"{name} cannot be started")


def turn_off(run: Run, changes: Iterable[UnitChange]) -> None:
    """Stop and disable the units that shall be so."""
    for change in changes:
        name = change.unit.name
        if change.activate is False:
            run_checked(run, ["systemctl", "stop", "--", name], f"{name} cannot be stopped")
        if change.enable is False:
            run_checked(run, ["systemctl", "disable", "--", name], f"{name} cannot be disabled")
