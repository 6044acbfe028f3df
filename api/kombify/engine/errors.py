"""What the engine cannot do, in words for people."""

from __future__ import annotations

from collections.abc import Sequence


class EngineError(Exception):
    """A job cannot be launched, found or changed; ``hint`` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NotFound(EngineError):
    """There is no such job, stack, workflow or worker."""


class KeyReused(EngineError):
    """An Idempotency-Key came again with something else."""


class StalePlan(EngineError):
    """What was planned is no longer what would be done."""

    def __init__(self, changed: Sequence[str]) -> None:
        super().__init__(f"the plan is stale, changed since: {', '.join(changed)}", "plan again, and apply that plan")
        self.changed = tuple(changed)
