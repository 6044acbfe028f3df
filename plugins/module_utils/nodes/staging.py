# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing files whole: who reads one sees the old content or the new one."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.nodes.entries import UNKNOWN, Change, Entry
from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.units import Run, run_checked

Staged = dict[Path, Path]
"""The new files beside those that they will replace: path -> temporary file."""


def missing_folders(changes: Iterable[Change]) -> list[Path]:
    """Return the folders that have to be made, outer ones first."""
    parents = {parent for change in changes if change.after is not None for parent in change.path.parents}
    return sorted(parent for parent in parents if not parent.is_dir())


@contextmanager
def staged(changes: Iterable[Change], run: Run) -> Iterator[Staged]:
    """Write all new files under other names, and let their programs check them. Nothing of it stays behind."""
    files: Staged = {}
    made: list[Path] = []
    try:
        for change in changes:
            if change.after is not None:
                _make_folders(change, change.after, made)
                files[change.path] = _stage(change, change.after)
                _validate(change, files[change.path], run)
        yield files
    finally:
        for temporary in files.values():
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):  # It holds files now, or was removed already.
                folder.rmdir()


def place(change: Change, files: Staged) -> None:
    """Let the new entry of a path take the place of the old one."""
    try:
        if change.after is None:
            change.path.unlink(missing_ok=True)
        else:
            _replace(files[change.path], change.path)
    except OSError as error:
        raise NodeError(f"{change.path} cannot be changed: {error.strerror}.") from error


def _replace(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # Container engines mount files such as /etc/hosts: these cannot be replaced, only written.
        shutil.copyfile(temporary, path)


def _make_folders(change: Change, after: Entry, made: list[Path]) -> None:
    for folder in missing_folders([change]):
        try:
            folder.mkdir(mode=0o755)
            made.append(folder)
            if folder == change.path.parent:
                folder.chmod(change.wanted.folder_mode)
                os.chown(folder, after.uid, after.gid)
        except OSError as error:
            raise NodeError(f"{folder} cannot be made: {error.strerror}. Nothing was changed.") from error


def _stage(change: Change, after: Entry) -> Path:
    path = change.path
    if UNKNOWN in (after.uid, after.gid):
        raise NodeError(f"{path}: the user {change.wanted.owner} or group {change.wanted.group} does not exist.")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            if after.link is None:
                file.write(after.content)
                os.fchmod(handle, after.mode)
                os.fchown(handle, after.uid, after.gid)
                file.flush()
                os.fsync(handle)
        if after.link is not None:
            temporary.unlink()
            temporary.symlink_to(after.link)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise NodeError(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from error
    return temporary


def _validate(change: Change, temporary: Path, run: Run) -> None:
    if change.wanted.validate is not None:
        command = [str(temporary) if word == "%s" else word for word in shlex.split(change.wanted.validate)]
        run_checked(run, command, f"{change.path} would be wrong, so nothing was changed")
