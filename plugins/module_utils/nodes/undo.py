# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that is being made: its folder on the machine, with what was there before and the way back."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.script import (
    BOOT_UNIT,
    CONFIRM_UNIT,
    SYSTEM_UNITS,
    Undertaking,
    change_script,
)
from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Run, run_checked

AT_BOOT = "the machine was restarted"
TOO_LATE = "nobody confirmed it in time"
LONGEST_CHANGE = 120
"""Seconds that a change itself may take, such as a service that is slow to restart."""

_UNIT = """\
[Unit]
Description=Take back a change by kombify.stack that nobody confirmed
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target systemd-sysctl.service

[Service]
Type=oneshot
ExecStart=/bin/sh {script} revert "{why}"
"""


class Undo:
    """The way back from one change; it exists from before the change until it is kept or taken back."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self._run = folder, run
        self.script = folder / "change.sh"

    @classmethod
    def prepare(cls, undertaking: Undertaking, state: Path, run: Run) -> Undo:
        """Copy what is there now. Raise :class:`NodeError` when that is not possible, and leave nothing behind."""
        undo = cls(state / secrets.token_hex(4), run)
        try:
            (undo.folder / "snapshot").mkdir(parents=True, mode=0o700)
            undo.folder.chmod(0o700)
            for number, change in enumerate(undertaking.changes):
                if change.before is not None:
                    copy = ["cp", "-a", "--", str(change.path), str(undo.folder / "snapshot" / str(number))]
                    run_checked(run, copy, f"{change.path} cannot be kept in {undo.folder}")
            undo.script.write_text(change_script(undertaking, undo.folder), encoding="utf-8")
            os.sync()
            (undo.folder / "armed").touch()
        except OSError as error:
            undo.forget()
            raise NodeError(f"{undo.folder} cannot be written: {error.strerror}. Nothing was changed.") from error
        except NodeError:
            undo.forget()
            raise
        return undo

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the timer from taking the change back while it is still being made."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def arm(self, seconds: int) -> None:
        """Let the machine itself take the change back after so many seconds, and at its next start."""
        units = Path(SYSTEM_UNITS)
        wants = units / "sysinit.target.wants"
        wants.mkdir(exist_ok=True)
        (units / BOOT_UNIT).write_text(_UNIT.format(script=self.script, why=AT_BOOT), encoding="utf-8")
        (wants / BOOT_UNIT).unlink(missing_ok=True)
        (wants / BOOT_UNIT).symlink_to(units / BOOT_UNIT)
        self._set_timer(seconds + LONGEST_CHANGE)

    def count_down(self, seconds: int) -> None:
        """Begin to count now that the change is made: how long that took says nothing about who can still come in."""
        run_checked(self._run, ["systemctl", "stop", f"{CONFIRM_UNIT}.timer"], "the timer does not stop")
        self._set_timer(seconds)

    def _set_timer(self, seconds: int) -> None:
        timer = ["systemd-run", "--quiet", "--collect", f"--unit={CONFIRM_UNIT}", f"--on-active={seconds}s"]
        action = ["--timer-property=AccuracySec=100ms", "/bin/sh", str(self.script), "revert", TOO_LATE]
        run_checked(self._run, [*timer, *action], "systemd sets no timer that would take the change back")

    def revert(self, why: str) -> None:
        """Take the change back now."""
        self._run(["/bin/sh", str(self.script), "revert", why])

    def keep(self) -> None:
        """Keep the change for good."""
        self._run(["/bin/sh", str(self.script), "confirm"])
        self.forget()

    def forget(self) -> None:
        """Remove the folder of a change that is over."""
        shutil.rmtree(self.folder, ignore_errors=True)


def settle(state: Path, run: Run) -> list[str]:
    """Take back what an earlier run left unconfirmed, such as one that was killed; return the names of its changes."""
    found = sorted(state.iterdir()) if state.is_dir() else []
    open_changes = [folder for folder in found if (folder / "armed").exists() or (folder / "reverting").exists()]
    for folder in open_changes:
        Undo(folder, run).revert("another run came before it was confirmed")
    for folder in found:
        Undo(folder, run).forget()
    return [folder.name for folder in open_changes]
