"""Running other programs, as a function that a test can replace."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

NOT_FOUND = 127


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it wrote."""

    code: int
    out: str = ""
    err: str = ""

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self.code == 0


class Programs(Protocol):
    """Runs a program to its end."""

    def __call__(self, command: Sequence[str], text: str = "") -> Ended:
        """Run a command with a text as its input."""


def run(command: Sequence[str], text: str = "") -> Ended:
    """Run a program of this machine; one that is not there ends as a shell would say it."""
    try:
        ended = subprocess.run(command, check=False, input=text, capture_output=True, text=True, errors="replace")
    except OSError as error:
        return Ended(NOT_FOUND, err=f"{command[0]}: {error.strerror}")
    return Ended(ended.returncode, ended.stdout, ended.stderr)
