# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Which faults are on, and whom they strike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kombify.sim.faults import FAULTS_FILE, Fault, read_faults


class Faults:
    """The faults of a lab, read again whenever their file is another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._on: tuple[Fault, ...] = ()
        self._read = 0

    def changed(self) -> bool:
        """Take over which faults are on, and tell whether others may be."""
        try:
            written = (self._folder / FAULTS_FILE).stat().st_mtime_ns
        except FileNotFoundError:
            written = 0
        if written == self._read:
            return False
        self._on, self._read = read_faults(self._folder), written
        return True

    def on(self, name: str) -> bool:
        """Tell whether a fault is on, be it for one VM only."""
        return any(fault.name == name for fault in self._on)

    def strike(self, name: str, vm: Any) -> bool:
        """Tell whether a fault strikes a VM. Templates are left alone: nothing could be made any more."""
        struck = [fault for fault in self._on if fault.name == name]
        return not vm.template and any(fault.strikes(vmid=vm.vmid, vm=vm.name, node=vm.node) for fault in struck)
