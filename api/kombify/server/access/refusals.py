"""Somebody who is not let in."""

from __future__ import annotations


class Refused(Exception):
    """A token that opens nothing. ``inside`` is for the audit and the log, not for whoever was refused."""

    def __init__(self, reason: str, inside: str = "") -> None:
        super().__init__(reason)
        self.inside = inside
