"""The calls of Linux that Python has no names for (3.11), each with an error that names what was tried."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEW_MOUNTS = 0x00020000
NEW_CGROUP = 0x02000000
NEW_HOSTNAME = 0x04000000
NEW_IPC = 0x08000000
NEW_PIDS = 0x20000000
NEW_NETWORK = 0x40000000

_MOUNT_FLAGS = {
    "ro": 1,
    "nosuid": 2,
    "nodev": 4,
    "noexec": 8,
    "remount": 32,
    "bind": 4096,
    "rec": 16384,
    "private": 1 << 18,
    "slave": 1 << 19,
}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_DETACH = 2
_DIE_WITH_PARENT, _DROP_CAPABILITY, _ADOPT_ORPHANS = 1, 24, 36

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(namespaces: int) -> None:
    """Move the caller into new namespaces; a new PID namespace begins with the next child."""
    _checked(_libc.unshare(namespaces), "unshare")


def enter(namespace: Path) -> None:
    """Move the calling thread into the namespace that a file stands for."""
    handle = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _checked(_libc.setns(handle, 0), f"setns {namespace}")
    finally:
        os.close(handle)


@contextmanager
def inside(network: Path) -> Iterator[None]:
    """Be in another network namespace for a while: sockets made there stay there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(network)
        try:
            yield
        finally:
            _checked(_libc.setns(home, 0), "setns back")
    finally:
        os.close(home)


def mount(source: object, target: object, kind: str | None = None, flags: str = "", data: str | None = None) -> None:
    """Mount; flags are the words that mount(8) knows, parted by commas."""
    number = sum(_MOUNT_FLAGS[flag] for flag in flags.split(",") if flag)
    words = [None if word is None else str(word).encode() for word in (source, target, kind)]
    given = None if data is None else data.encode()
    _checked(_libc.mount(*words, ctypes.c_ulong(number), given), f"mount {source} on {target}")


def pivot_root_here() -> None:
    """Make the working directory the root, and let go of the old one."""
    call = _PIVOT_ROOT.get(platform.machine())
    if call is None:
        raise OSError(f"a {platform.machine()} processor is not supported")
    _checked(_libc.syscall(call, b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", _DETACH), "umount the old root")
    os.chdir("/")


def set_hostname(name: str) -> None:
    """Set the host name of the caller's namespace."""
    _checked(_libc.sethostname(name.encode(), len(name.encode())), "sethostname")


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ends."""
    _checked(_libc.prctl(_ADOPT_ORPHANS, 1, 0, 0, 0), "prctl")


def die_with_parent(signal_number: int) -> None:
    """Ask for a signal when the parent ends, even by kill -9."""
    _checked(_libc.prctl(_DIE_WITH_PARENT, signal_number, 0, 0, 0), "prctl")


def drop_capability(number: int) -> None:
    """Give up a capability for good; one that the kernel does not know is dropped already."""
    _libc.prctl(_DROP_CAPABILITY, number, 0, 0, 0)
