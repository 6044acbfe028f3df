"""The specs of stacks, read again only when one of their files changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import find_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec, load_spec

Stamps = dict[str, tuple[int, int]]


class Specs:
    """Specs by folder. Callers in several threads share them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[Stamps, Spec]] = {}

    def of(self, folder: Path) -> Spec:
        """Return the spec in a folder: the same object as before when nothing changed. It may have problems."""
        with self._lock:
            known = self._known.get(folder)
            if known is None or known[0] != _stamps(known[0]):
                spec = load_spec(find_spec(folder))
                known = self._known[folder] = (_stamps([*spec.files, *spec.absent]), spec)
            return known[1]


def _stamps(files: Iterable[str]) -> Stamps:
    """Return what changes when a file does."""
    found: Stamps = {}
    for name in files:
        try:
            status = Path(name).stat()
        except OSError:
            found[name] = (0, 0)
        else:
            found[name] = (status.st_mtime_ns, status.st_size)
    return found
