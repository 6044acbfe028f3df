"""What may be launched: the playbooks of the collection, and those that somebody put beside a stack's spec."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ansible_collections.kombify import stack as collection

COLLECTION = "kombify.stack"
BESIDE_THE_SPEC = "playbooks"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
ADMINS_ONLY = frozenset({"destroy"})
"""Playbooks that take away more than a role may decide."""


def allowed_playbooks(stack: Path) -> dict[str, str]:
    """Return what Ansible calls each playbook that may run on the stack in this folder, by its name.

    A stack's own playbook wins over one of the collection with the same name. Links that lead elsewhere do not count.
    """
    folder = stack.resolve() / BESIDE_THE_SPEC
    own = {path.stem: str(path) for path in sorted(folder.glob("*.yml")) if _counts(path, folder)}
    return {**_of_the_collection(), **own}


def name_of(reference: str) -> str:
    """Return the name of a playbook that Ansible calls like this."""
    return Path(reference).stem if reference.endswith(".yml") else reference.rpartition(".")[2]


def _counts(path: Path, folder: Path) -> bool:
    return NAME.fullmatch(path.stem) is not None and path.resolve().parent == folder and path.is_file()


@cache
def _of_the_collection() -> dict[str, str]:
    folder = Path(next(iter(collection.__path__))) / "playbooks"
    return {path.stem: f"{COLLECTION}.{path.stem}" for path in sorted(folder.glob("*.yml"))}
