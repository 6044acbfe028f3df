"""What the runner cannot do, in words for people."""

from __future__ import annotations


class RunnerError(Exception):
    """A job could not be started, read or ended; ``hint`` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
