"""Locks between processes: the kernel lets go of one when its holder ends, however that happens."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FLOCK = struct.Struct("@hhqqi4x")
"""struct flock of fcntl(2): type, whence, start, length, process."""


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock file, alone or with others that share it. Raises FileNotFoundError when its folder is gone."""
    handle = _hold(path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def _hold(path: Path, kind: int) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, kind)
            # Whoever held it before may have removed the file: then others would lock another one.
            with suppress(FileNotFoundError):
                if os.fstat(handle).st_ino == path.stat().st_ino:
                    return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


class PidFile:
    """A file that a process holds as long as it lives; the kernel tells which one, and forgets it with the process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def hold(self) -> bool:
        """Become the holder until the caller ends; False when there is one already. Children do not inherit it."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            os.close(handle)
            return False
        return True

    def holder(self) -> int | None:
        """Return the process that holds the file, if one does."""
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            answer = fcntl.fcntl(handle, fcntl.F_GETLK, _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        finally:
            os.close(handle)
        kind, *_range, holder = _FLOCK.unpack(answer)
        return None if kind == fcntl.F_UNLCK else holder
