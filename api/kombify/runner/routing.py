"""Reading the routing tables of collections once: Ansible parses those that it needs at every start.

That of Ansible itself has nearly 10,000 lines of YAML. Ansible lets other programs say how the tables are read. Nothing
here ever fails: what cannot be kept is parsed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private

Parse = Callable[[bytes | str, Any], dict[str, Any]]


def remember_routing(folder: Path) -> None:
    """Keep in a folder what Ansible reads in this process from now on. It has to be imported already."""
    from ansible.utils.collection_loader import _collection_finder  # type: ignore[import-untyped]

    parse = getattr(_collection_finder, "_meta_yml_to_dict", None)
    if parse is not None:
        _collection_finder._meta_yml_to_dict = _remembering(parse, folder)


def _remembering(parse: Parse, folder: Path) -> Parse:
    """Return what parses a table when nobody did before; its name is a hash of its text, so it never goes stale."""

    def read(text: bytes | str, about: Any) -> dict[str, Any]:
        content = text if isinstance(text, bytes) else text.encode()
        path = folder / f"{hashlib.sha256(content).hexdigest()}.json"
        with suppress(OSError, ValueError):
            if path.stat().st_uid == os.getuid():
                known: dict[str, Any] = json.loads(path.read_bytes())
                return known
        table = parse(text, about)
        with suppress(OSError, TypeError, ValueError):
            _keep(path, table)
        return table

    return read


def _keep(path: Path, table: dict[str, Any]) -> None:
    """Write a table down, if it comes back as it was."""
    written = json.dumps(table)
    if json.loads(written) == table:
        write_private(path, written)
