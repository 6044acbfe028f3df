# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script that keeps a change or takes it back. It needs nothing but a shell: it has to work on a broken machine."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.nodes.entries import Change
from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Unit, UnitChange

CONFIRM_UNIT = "kombify-confirm"
"""The timer that takes a change back when nobody confirmed it in time."""

BOOT_UNIT = "kombify-revert.service"
"""What takes it back when the machine starts before anybody confirmed. Units that we write may start after it."""

SYSTEM_UNITS = "/etc/systemd/system"
UNIT_FOLDERS = (SYSTEM_UNITS, "/usr/local/lib/systemd/system")

_SCRIPT = """\
#!/bin/sh
# One change by kombify.stack, not confirmed yet. `confirm` keeps it, `revert WHY` takes it back.
# Whoever first renames the file `armed` decides. The lock keeps us waiting while the change is still being made.
PATH=$PATH:/usr/sbin:/sbin
cd {folder} || exit 1
exec 9>lock && flock --wait 60 9

restore() {{ # SNAPSHOT PATH: a path that something is mounted on cannot be replaced, only written
  cp -a -- "snapshot/$1" "$2.kombify-revert" && mv -fT -- "$2.kombify-revert" "$2" && return
  rm -f -- "$2.kombify-revert"
  cp -a -- "snapshot/$1" "$2"
}}

disarm() {{
{disarm}
}}

confirm() {{
  mv armed confirmed 2>/dev/null && disarm && rm -rf snapshot && sync .
  if [ -e confirmed ]; then echo confirmed; else cat reverted; fi
}}

revert() {{
  mv armed reverting 2>/dev/null || [ -e reverting ] || exit 0
{before_files}
{files}
{after_files}
  disarm
  sync .
  echo "reverted: $1" > reverted
  rm -f reverting
}}

case "$1" in
  confirm) confirm ;;
  revert) revert "$2" 2>>log ;;
esac
exit 0
"""


@dataclass(frozen=True)
class Undertaking:
    """What a change does to a machine, and what has to be known to take it back."""

    changes: Sequence[Change]
    new_folders: Sequence[Path]
    units: Sequence[UnitChange]
    reloaded: Sequence[Unit]
    """The units that read the files, as they were before."""
    guarded: bool = False
    """Whether a timer and the next start of the machine take the change back."""

    @property
    def commands(self) -> list[tuple[str, ...]]:
        """The commands that bring changed files into effect, each once."""
        return list(dict.fromkeys(command for change in self.changes for command in change.wanted.run))

    @property
    def touches_units(self) -> bool:
        """Whether systemd has to read its units again."""
        return any(change.wanted.path.startswith(UNIT_FOLDERS) for change in self.changes)


def change_script(undertaking: Undertaking, folder: Path) -> str:
    """Return the script of a change whose snapshot is in `folder`."""
    return _SCRIPT.format(
        folder=shlex.quote(str(folder)),
        disarm=_lines(_disarm() if undertaking.guarded else [":"]),
        before_files=_unless_starting(_turn_back_on(undertaking, on=False)),
        files=_lines([*_restores(undertaking.changes), *_rmdirs(undertaking.new_folders)]),
        after_files=_lines(["systemctl daemon-reload"] if undertaking.touches_units else [])
        + _unless_starting([*_commands(undertaking), *_turn_back_on(undertaking, on=True)]),
    )


def _disarm() -> Iterator[str]:
    yield f"rm -f {SYSTEM_UNITS}/sysinit.target.wants/{BOOT_UNIT} {SYSTEM_UNITS}/{BOOT_UNIT}"
    yield f"systemctl stop {CONFIRM_UNIT}.timer 2>/dev/null || true"


def _restores(changes: Sequence[Change]) -> Iterator[str]:
    for number, change in reversed(list(enumerate(changes))):
        path = shlex.quote(change.wanted.path)
        yield f"rm -f -- {path}" if change.before is None else f"restore {number} {path}"


def _rmdirs(folders: Sequence[Path]) -> Iterator[str]:
    for folder in reversed(folders):
        yield f"rmdir -- {shlex.quote(str(folder))}"


def _commands(undertaking: Undertaking) -> Iterator[str]:
    for command in undertaking.commands:
        yield shlex.join(command)
    for unit in undertaking.reloaded:
        if unit.active:
            yield f"systemctl reload-or-restart -- {shlex.quote(unit.name)}"


def _turn_back_on(undertaking: Undertaking, *, on: bool) -> Iterator[str]:
    """Start what we stopped (`on`), or stop what we started."""
    if not on:
        for unit in undertaking.reloaded:
            if not unit.active:
                yield f"systemctl stop -- {shlex.quote(unit.name)}; systemctl reset-failed -- {shlex.quote(unit.name)}"
    for change in undertaking.units:
        name = shlex.quote(change.unit.name)
        if change.enable is not on and change.enable is not None:
            yield f"systemctl {'enable' if on else 'disable'} -- {name}"
        if change.activate is not on and change.activate is not None:
            yield f"systemctl {'start' if on else 'stop'} -- {name}"


def _unless_starting(commands: Iterable[str]) -> str:
    """Wrap commands that a machine which is just starting does not need: it starts everything by itself."""
    inner = [f"  {command}" for command in commands]
    return _lines(['if [ "$1" != "the machine was restarted" ]; then', *inner, "fi"]) if inner else ""


def _lines(commands: Iterable[str]) -> str:
    return "".join(f"  {command}\n" for command in commands)
