# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands at a path, what shall stand there, and the difference."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.nodes.block import with_block, without_block
from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wanted import WantedFile

UNKNOWN = -1
"""The number of a user or group that does not exist (yet)."""


@dataclass(frozen=True)
class Entry:
    """A file or a link; what is neither there, nor said of a new file, has its default."""

    content: bytes = b""
    link: str | None = None
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Change:
    """A path whose entry has to change; None stands for nothing there."""

    wanted: WantedFile
    before: Entry | None
    after: Entry | None

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.wanted.path)


def changes_of(files: Iterable[WantedFile]) -> list[Change]:
    """Return the paths that are not as wanted."""
    found = [(file, read_entry(Path(file.path))) for file in files]
    all_changes = [Change(file, before, _after(file, before)) for file, before in found]
    return [change for change in all_changes if change.before != change.after]


def read_entry(path: Path) -> Entry | None:
    """Return what stands at a path. Raise :class:`NodeError` when it is neither a file nor a link."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return Entry(link=str(path.readlink()), mode=0o777, uid=status.st_uid, gid=status.st_gid)
        if not stat.S_ISREG(status.st_mode):
            raise NodeError(f"{path} is neither a file nor a link. Move it out of the way.")
        return Entry(path.read_bytes(), None, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NodeError(f"{path} cannot be read: {error.strerror}.") from error


def _after(wanted: WantedFile, before: Entry | None) -> Entry | None:
    if wanted.block is not None:
        return _after_block(wanted, wanted.block, before)
    if not wanted.present:
        return None
    if wanted.link is not None:
        kept = before if before is not None and before.link is not None else Entry(uid=os.getuid(), gid=os.getgid())
        return _owned(wanted, replace(kept, link=wanted.link, mode=0o777))
    content = wanted.content if wanted.content is not None else before.content if before is not None else b""
    return _owned(wanted, replace(_file_before(before), content=content))


def _after_block(wanted: WantedFile, name: str, before: Entry | None) -> Entry | None:
    """Return the file with its block, or without; a file that never was is not made to leave a block out of it."""
    if before is None and not wanted.present:
        return None
    kept = _file_before(before)
    text = kept.content.decode(errors="surrogateescape")
    body = (wanted.content or b"").decode()
    changed = with_block(text, name, body) if wanted.present else without_block(text, name)
    return _owned(wanted, replace(kept, content=changed.encode(errors="surrogateescape")))


def _file_before(before: Entry | None) -> Entry:
    return before if before is not None and before.link is None else Entry(uid=os.getuid(), gid=os.getgid())


def _owned(wanted: WantedFile, entry: Entry) -> Entry:
    mode = entry.mode if wanted.mode is None or entry.link is not None else wanted.mode
    uid = entry.uid if wanted.owner is None else _number(wanted.owner, lambda name: pwd.getpwnam(name).pw_uid)
    gid = entry.gid if wanted.group is None else _number(wanted.group, lambda name: grp.getgrnam(name).gr_gid)
    return replace(entry, mode=mode, uid=uid, gid=gid)


def _number(name: str, look_up: Callable[[str], int]) -> int:
    if name.isdigit():
        return int(name)
    try:
        return look_up(name)
    except KeyError:
        return UNKNOWN
