"""A worker as a process of its own, which is made to be killed."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from kombify.engine.engine import Engine
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import StackFolders
from kombify.store.database import Database

DEAD_AFTER = 30.0


class LocalStacks(StackFolders):
    """Stacks whose hosts are in a plain file."""

    def inventories(self, name: str) -> tuple[str, ...]:
        return (str(self.folder(name) / "hosts.ini"),)


def stacks_in(folder: Path) -> LocalStacks:
    return LocalStacks({path.name: path for path in folder.iterdir() if (path / "hosts.ini").exists()})


def work(url: str, folder: Path, name: str, log: Path) -> None:
    """Run a worker until it is asked to end; then it drains. It says in its log when it is ready."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(handle, stream)
    sys.stdout = sys.stderr = os.fdopen(handle, "w", buffering=1)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(threadName)s %(message)s")
    settings = EngineSettings(data=folder / "data", worker=name, tidy=1.0, beat=0.5, dead_after=DEAD_AFTER)
    engine = Engine(Database(url), stacks_in(folder), settings)
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    engine.start()
    log.write_text("ready\n")
    asked.wait()
    engine.stop(drain=600)
