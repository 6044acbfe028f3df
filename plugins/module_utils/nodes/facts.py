# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every role has to know of a machine, read in a few milliseconds and without asking the network.

This is the first thing that runs on a machine, also on one that is not supported: it keeps to old Python.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Run

DISTRIBUTIONS = {"debian": "Debian", "ubuntu": "Ubuntu"}
UNFINISHED = {"half-configured", "half-installed", "triggers-awaited", "triggers-pending", "unpacked"}
MIB = 1024**2


def ansible_facts(root: Path = Path("/")) -> dict[str, Any]:
    """Return facts under the names, and with the values, that Ansible's own setup gives them."""
    release, kernel = _assignments(_read(root / "etc/os-release")), os.uname()
    memory = _assignments(_read(root / "proc/meminfo"), separator=":")
    identity, version = release.get("ID", ""), release.get("VERSION_ID", "")
    debian = "debian" in (identity, *release.get("ID_LIKE", "").split())
    return {
        "architecture": kernel.machine,
        "distribution": DISTRIBUTIONS.get(identity, release.get("NAME", identity)),
        "distribution_major_version": version.partition(".")[0],
        "distribution_release": release.get("VERSION_CODENAME", ""),
        "distribution_version": version,
        "hostname": kernel.nodename.partition(".")[0],
        "kernel": kernel.release,
        "memtotal_mb": _mebibytes(memory.get("MemTotal", "0")),
        "os_family": "Debian" if debian else release.get("NAME", identity),
        "pkg_mgr": "apt" if debian else "unknown",
        "service_mgr": "systemd" if (root / "run/systemd/system").is_dir() else "unknown",
        "swaptotal_mb": _mebibytes(memory.get("SwapTotal", "0")),
    }


def node_state(
    run: Run, kernel_modules: Iterable[str], folders: Iterable[str], moment: float | None = None
) -> dict[str, Any]:
    """Return what roles decide by: installed packages, room on disks, the clock, modules that the kernel has.

    `moment` is the time of the controller in seconds since 1970.
    """
    offset = None if moment is None else round(time.time() - moment)
    code, answer, _complaints = run(["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}\n"])
    states = [line.split(" ", 1) for line in answer.splitlines()] if code == 0 else []
    return {
        "clock_offset": offset,
        "kernel_modules": {name: has_kernel_module(name) for name in kernel_modules},
        "packages": sorted({name for state, name in states if state == "installed"}),
        "packages_unfinished": sorted({name for state, name in states if state in UNFINISHED}),
        "packages_interrupted": dpkg_interrupted(),
        "package_lists": has_package_lists(),
        "room": {folder: _room(folder) for folder in folders},
    }


def dpkg_interrupted(root: Path = Path("/")) -> bool:
    """Tell whether dpkg died in the middle of a change: it leaves numbered pieces of its journal."""
    updates = root / "var/lib/dpkg/updates"
    return updates.is_dir() and any(piece.name.isdigit() for piece in updates.iterdir())


def has_package_lists(root: Path = Path("/")) -> bool:
    """Tell whether apt has any list of packages; a fresh image has none, however young its folder is."""
    return any((root / "var/lib/apt/lists").glob("*_Packages*"))


def has_kernel_module(name: str, root: Path = Path("/")) -> bool:
    """Tell whether the kernel has a module: in use, built in, or ready to be loaded."""
    if (root / "sys/module" / name).is_dir():
        return True
    folder = root / "lib/modules" / os.uname().release
    lists = _read(folder / "modules.builtin") + _read(folder / "modules.dep")
    wanted = name.replace("-", "_")
    files = (line.partition(":")[0].rpartition("/")[2] for line in lists.splitlines())
    return any(file.partition(".ko")[0].replace("-", "_") == wanted for file in files)


def _room(folder: str) -> dict[str, int]:
    """Return the free space in MiB and the free files (inodes); a file system without a limit of files has -1."""
    status = os.statvfs(folder)
    return {
        "free_mib": status.f_bavail * status.f_frsize // MIB,
        "free_files": status.f_favail if status.f_files else -1,
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _assignments(text: str, separator: str = "=") -> Mapping[str, str]:
    pairs = (line.partition(separator) for line in text.splitlines())
    return {name.strip(): value.strip().strip("\"'") for name, _separator, value in pairs}


def _mebibytes(kibibytes: str) -> int:
    return int(kibibytes.split()[0]) // 1024
