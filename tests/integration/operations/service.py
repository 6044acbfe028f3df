"""A service as one process: it runs one job of one stack, and follows it until it is told to stop.

``python service.py FOLDER PLAYBOOK``
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from kombify.engine.engine import Engine
from kombify.engine.requests import JobRequest
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import StackFolders
from kombify.runner.units import tell_systemd
from kombify.store.database import Database


class LocalStacks(StackFolders):
    """Stacks whose hosts are in a plain file."""

    def inventories(self, name: str) -> tuple[str, ...]:
        return (str(self.folder(name) / "hosts.ini"),)


def main(folder: Path, playbook: str) -> None:
    stacks = LocalStacks({"home": folder / "home"})
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    engine = Engine(
        Database(f"sqlite:///{folder / 'k.db'}"), stacks, EngineSettings(data=folder / "data", worker="one")
    )
    engine.start()
    job = engine.orders.launch("home", JobRequest(playbook=playbook), by="test", key=playbook)
    tell_systemd("READY=1")
    while not asked.wait(0.1):
        if (folder / "cancel").exists():
            engine.orders.cancel(job.id)
    engine.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
