"""Jobs as units of systemd, where it runs this machine: then nothing that happens to the service's unit reaches them.

A scope keeps what a process has: its environment, its files, its parent. So the job is started as anywhere else, with
one program in front of it that puts it into a unit of its own, and secrets never stand on a command line.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path

BOOTED = Path("/run/systemd/system")
"""Is there when systemd has booted the machine."""
PATIENCE = 10
"""Seconds that systemd gets to answer."""


def in_unit_of_its_own(folder: Path) -> list[str]:
    """Return what a job's command line has to begin with; nothing where systemd cannot be used."""
    return [*_command(), f"--unit={unit_of(folder)}", "--description=kombify job", "--"] if usable() else []


def unit_of(folder: Path) -> str:
    """Return the name of the unit of the job in this folder, which no other job has."""
    return f"kombify-job-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}.scope"


def holds(pid: int, folder: Path) -> bool:
    """Tell whether a process is in the unit of a job; nothing that it does to its environment takes it out."""
    if not BOOTED.is_dir():
        return False
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except OSError:  # it is gone
        return False
    return unit_of(folder) in groups


@cache
def usable() -> bool:
    """Tell whether systemd runs this machine and makes units for us: tried once, as there is no other way to know."""
    if not BOOTED.is_dir() or shutil.which("systemd-run") is None:
        return False
    with suppress(OSError, subprocess.TimeoutExpired):
        tried = subprocess.run(
            [*_command(), "--", "true"], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
        return tried.returncode == 0
    return False


def tell_systemd(word: str) -> None:
    """Tell systemd how a service is, such as ``READY=1``, if it started us and wants to know."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messenger:
            messenger.sendto(word.encode(), path.replace("@", "\0", 1) if path.startswith("@") else path)


def _command() -> list[str]:
    manager = [] if os.geteuid() == 0 else ["--user"]
    # Of a unit that failed nothing is kept: what there is to know stands in the job's folder.
    return ["systemd-run", *manager, "--scope", "--quiet", "--collect", "--slice-inherit"]
