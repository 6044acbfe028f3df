"""How far a job is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private


class State(StrEnum):
    """The states of a job. The service and AWX's clients use the same words."""

    PENDING = "pending"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCESSFUL = "successful"
    FAILED = "failed"
    ERROR = "error"
    CANCELED = "canceled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will happen."""
        return self not in (State.PENDING, State.WAITING, State.RUNNING)


@dataclass(frozen=True)
class Status:
    """A state, and what belongs to it: times are ISO 8601 in UTC, ``code`` is Ansible's exit code."""

    state: State
    pid: int | None = None
    started: str | None = None
    ended: str | None = None
    code: int | None = None
    message: str = ""


def read_status(path: Path) -> Status:
    """Read a status; one that was never written is pending."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Status(State.PENDING)
    return Status(**{**data, "state": State(data["state"])})


def write_status(path: Path, status: Status) -> None:
    """Write a status in one step: whoever reads sees the old one or the new one."""
    write_private(path, json.dumps(asdict(status), indent=2) + "\n")
