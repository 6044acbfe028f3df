"""Stacks whose jobs an AWX runs, because their spec says so under execution.awx."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import find_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec, load_spec
from kombify.runner.request import AwxTarget

Stamps = dict[str, tuple[int, int]]


class Elsewhere:
    """Tells where the jobs of stacks run. A spec is read again only when one of its files changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[Stamps, Spec]] = {}

    def target(self, folder: Path, playbook: str) -> AwxTarget | None:
        """Return the AWX that runs a playbook of the stack in this folder, or None: then it runs here.

        ``playbook`` is what Ansible calls it; the template has the stack's name and the playbook's.
        """
        stack = self._spec(folder).stack
        awx = stack.execution.awx
        if awx is None:
            return None
        name = Path(playbook).stem if playbook.endswith(".yml") else playbook.rpartition(".")[2]
        return AwxTarget(url=awx.url, token=awx.token, template=f"{stack.name}: {name}", verify_tls=awx.verify_tls)

    def _spec(self, folder: Path) -> Spec:
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
