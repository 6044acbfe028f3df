"""What an engine has to be told."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from pathlib import Path


def _own_name() -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname()) or "local"


@dataclass(frozen=True)
class EngineSettings:
    """Times are in seconds."""

    data: Path
    """The folder of the service's own files."""
    worker: str = field(default_factory=_own_name)
    """The name of this worker. It stays the same for a machine, so that the machine takes up its own jobs again."""
    at_once: int = 16
    """Jobs of different stacks that this worker runs side by side."""
    beat: float = 2.0
    dead_after: float = 60.0
    """How long a worker may be silent before others take over what it had begun."""
    tidy: float = 30.0
    """Between two looks for jobs that the queue forgot."""
    schedules: float = 5.0
    """Between two looks for schedules that are due."""
    retention: float = 3600.0
    """Between two removals of what is old."""
