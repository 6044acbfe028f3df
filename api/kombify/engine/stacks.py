"""Where the stacks are: each is a folder with a spec."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from kombify.engine.errors import NotFound

SPEC = "kombination.yaml"
PLANNED = (SPEC, "kombination.lock")
"""The files that decide what a plan says; a plan made from others is stale."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Stacks(Protocol):
    """The stacks of a worker."""

    def names(self) -> list[str]:
        """Return all names."""

    def folder(self, name: str) -> Path:
        """Return the absolute folder of a stack, or raise :class:`NotFound`."""

    def inventories(self, name: str) -> tuple[str, ...]:
        """Return Ansible's inventories of a stack, absolute paths."""

    def fingerprint(self, name: str) -> dict[str, str]:
        """Return a digest of each thing that a plan of the stack is made from."""


class StackFolders:
    """Stacks by name, each in its folder."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = {name: folder.absolute() for name, folder in folders.items()}

    def names(self) -> list[str]:
        """Return all names."""
        return sorted(self._folders)

    def folder(self, name: str) -> Path:
        """Return the folder of a stack."""
        if name not in self._folders or not self._folders[name].is_dir():
            raise NotFound(f"there is no stack '{name}' here", f"known: {', '.join(self.names()) or 'none'}")
        return self._folders[name]

    def inventories(self, name: str) -> tuple[str, ...]:
        """Return the spec, which is the inventory."""
        return (str(self.folder(name) / SPEC),)

    def fingerprint(self, name: str) -> dict[str, str]:
        """Return a digest of the spec and of its lock."""
        paths = [self.folder(name) / file for file in PLANNED]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()}


def find_stacks(folder: Path) -> StackFolders:
    """Return the stack in a folder, or those in the folders inside it."""
    if (folder / SPEC).exists():
        return StackFolders({_name_of(folder): folder})
    found = [path.parent for path in sorted(folder.glob(f"*/{SPEC}")) if NAME.fullmatch(path.parent.name)]
    return StackFolders({path.name: path for path in found})


def changed(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> list[str]:
    """Return the names of what is not the same."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _name_of(folder: Path) -> str:
    name = re.sub(r"[^a-z0-9-]+", "-", folder.absolute().name.lower()).strip("-")
    return name[:63] or "home"
