"""What the store cannot do, in words for people."""

from __future__ import annotations


class StoreError(Exception):
    """The database cannot be used; ``hint`` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
