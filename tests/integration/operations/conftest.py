"""A machine with a real systemd that sees this Python and this repository at the paths where they are here."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
HERE_TOO = -100
CLONE, WITHOUT_NAME = 1, 4
OPEN_TREE, MOVE_MOUNT = 428, 429
"""Numbers of Linux's calls that take a folder from one machine's mounts into another's."""
BOOT_ID = "proc/sys/kernel/random/boot_id"


def _init_of(boot_id: str) -> int:
    """The process that is the first one of the machine with this boot id."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
            if (process / "root" / BOOT_ID).read_text().strip() == boot_id and "NSpid:" in status:
                numbers = status.split("NSpid:")[1].splitlines()[0].split()
                if numbers[-1] == "1":
                    return int(process.name)
        except OSError:
            continue
    raise AssertionError("the machine has no first process")


def _show(path: Path, init: int) -> None:
    """Let a machine see a folder or file of ours at the same path."""
    libc = ctypes.CDLL(None, use_errno=True)
    tree = libc.syscall(OPEN_TREE, HERE_TOO, str(path).encode(), CLONE)
    assert tree >= 0, os.strerror(ctypes.get_errno())
    script = (
        "import ctypes, os, sys\n"
        f"path, libc = {str(path)!r}, ctypes.CDLL(None, use_errno=True)\n"
        f"assert libc.setns(os.open('/proc/{init}/ns/mnt', os.O_RDONLY), 0) == 0\n"
        f"{'os.makedirs(path, exist_ok=True)' if path.is_dir() else 'open(path, chr(97)).close()'}\n"
        f"sys.exit(libc.syscall({MOVE_MOUNT}, {tree}, b'', {HERE_TOO}, path.encode(), {WITHOUT_NAME}) != 0)\n"
    )
    subprocess.run([sys.executable, "-c", script], pass_fds=[tree], check=True)
    os.close(tree)


def _pythons() -> list[Path]:
    """What this Python consists of, besides the system's libraries."""
    base = Path(sys.base_prefix)
    if base != Path("/usr"):
        return [base]
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [base / "bin" / name, base / "lib" / name]


@pytest.fixture(scope="module")
def show() -> Callable[[str], None]:
    """Let the machine with a boot id see this Python and this repository."""

    def show_all(boot_id: str) -> None:
        init = _init_of(boot_id)
        prefix = Path(sys.prefix)
        extra = [] if prefix.is_relative_to(REPOSITORY) else [prefix]
        for path in [REPOSITORY, *extra, *_pythons()]:
            _show(path, init)

    return show_all
