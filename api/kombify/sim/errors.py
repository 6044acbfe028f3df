"""What went wrong in the simulation, in words for the user."""

from __future__ import annotations


class SimError(Exception):
    """Something that a user can understand and mend: what happened, and what to do."""
