"""How a job ended, and how a worker leaves it."""

from __future__ import annotations

from typing import NamedTuple

from kombify.runner.status import State


class Outcome(NamedTuple):
    """The end of a job."""

    state: str
    code: int | None = None
    message: str = ""

    @property
    def good(self) -> bool:
        """Tell whether all went well."""
        return self.state == State.SUCCESSFUL


class Leaving(BaseException):
    """The worker stops. Nothing may catch this on its way: the job is as it was, and somebody takes it up again."""
