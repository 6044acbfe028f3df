"""A worker as a process of its own, which is made to be killed, for stacks whose machines are in a lab."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from kombify.engine.engine import Engine
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import SPEC, StackFolders
from kombify.store.database import Database


class LabStack(StackFolders):
    """One stack: its spec, and what the lab says about how its machines are reached."""

    def __init__(self, name: str, folder: Path, lab: Path) -> None:
        super().__init__({name: folder})
        self._lab = lab

    def inventories(self, name: str) -> tuple[str, ...]:
        return (str(self.folder(name) / SPEC), str(self._lab))


def engine_of(url: str, data: Path, stacks: LabStack) -> Engine:
    return Engine(Database(url), stacks, EngineSettings(data=data, worker="one", tidy=1.0, beat=0.5, schedules=0.5))


def work(url: str, data: Path, stacks: LabStack, log: Path) -> None:
    """Run a worker until it is killed. It says in its log what it has to say."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(handle, stream)
    engine_of(url, data, stacks).start()
    threading.Event().wait()
