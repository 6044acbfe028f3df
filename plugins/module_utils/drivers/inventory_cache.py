# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventories kept from one run to the next, for as long as nothing that they were made of changes.

An entry names every file that had a say, with a hash of its content, or nothing where the file was missing.
Only the standard library is needed to look one up: neither the model nor the rules are imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole

MAX_ENTRIES = 24
"""More stacks than one person works on; the oldest entries go."""

_SHARED = 0o022
_CLOCK_STEP = 20_000_000


class Entry(TypedDict):
    """An inventory with all that it was made of; ``plan`` is an InventoryPlan."""

    code: str
    files: dict[str, str | None]
    plan: Any
    warnings: list[str]


def make_entry(plan: Any, warnings: list[str], inputs: Iterable[Path]) -> Entry:
    """Return an entry for an inventory that was just made of these inputs."""
    files = {str(path): content_hash(path) for path in inputs}
    return Entry(code=code_hash(), files=files, plan=plan, warnings=warnings)


def is_fresh(entry: object) -> bool:
    """Tell whether an entry is one of ours, and all that it was made of is unchanged."""
    if not isinstance(entry, dict) or not {"code", "files", "plan", "warnings"} <= entry.keys():
        return False
    if entry["code"] != code_hash() or not isinstance(entry["files"], dict):
        return False
    return all(content_hash(Path(path)) == known for path, known in entry["files"].items())


def unchanged_since(entry: Entry, moment: int) -> bool:
    """Tell whether no input was written after a moment (nanoseconds): else its hash may belong to newer content."""
    times = (_changed(Path(path)) for path in entry["files"])
    return all(time < moment - _CLOCK_STEP for time in times)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def content_hash(path: Path) -> str | None:
    """Return a hash of a file's content or of a folder's names; None when there is nothing to read."""
    try:
        if path.is_dir():
            content = "\0".join(sorted(one.name for one in path.iterdir())).encode("utf-8", "surrogateescape")
        else:
            content = path.read_bytes()
    except OSError:
        return None
    return hashlib.sha256(content).hexdigest()


@cache
def code_hash() -> str:
    """Return a hash that changes with our code, the interpreter, and what is installed for it."""
    packages = Path(sysconfig.get_path("purelib"))
    sources = _sources(Path(__file__).parents[1])
    return hashlib.sha256("\n".join([sys.version, f"{packages} {_changed(packages)}", *sources]).encode()).hexdigest()


def _sources(folder: Path) -> Iterator[str]:
    """Name our source files with their sizes and times: to read them all would cost more than it saves."""
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _sources(Path(entry))
        elif entry.name.endswith(".py"):
            found = entry.stat()
            yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"


class InventoryCache:
    """A folder of entries that only its owner can read. Nothing here ever fails: a cache is a convenience."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of_user(cls) -> InventoryCache:
        """Return the cache of the user who runs this: ``$XDG_CACHE_HOME``, or ``~/.cache``."""
        wish = Path(os.environ.get("XDG_CACHE_HOME", ""))
        root = wish if wish.is_absolute() else Path(os.path.expanduser("~"), ".cache")  # noqa: PTH111, never raises
        return cls(root / "kombify" / "inventory")

    def load(self, spec: Path) -> Entry | None:
        """Return what is kept for a spec, if it still holds."""
        with suppress(OSError, ValueError, RecursionError):
            if self._is_private():
                entry = json.loads(self._file(spec).read_bytes())
                return entry if is_fresh(entry) else None
        return None

    def save(self, spec: Path, entry: Entry) -> None:
        """Keep an entry, and drop the oldest ones."""
        with suppress(OSError):
            self._folder.parent.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            if self._is_private():
                write_whole(self._file(spec), json.dumps(entry, separators=(",", ":")), mode=0o600)
                self._prune()

    def _file(self, spec: Path) -> Path:
        key = f"{spec.absolute()}\n{content_hash(spec)}\n{code_hash()}"
        return self._folder / f"{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:40]}.json"

    def _is_private(self) -> bool:
        """Tell whether nobody else can write here: variables that are templates come out of these files."""
        found = self._folder.stat()
        return found.st_uid == os.getuid() and not found.st_mode & _SHARED

    def _prune(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in files[MAX_ENTRIES:]:
            file.unlink(missing_ok=True)
