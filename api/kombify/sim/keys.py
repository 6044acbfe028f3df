"""The key of a lab: it may log in everywhere in it."""

from __future__ import annotations

from pathlib import Path

from kombify.sim.errors import SimError
from kombify.sim.programs import run

NAME = "id_ed25519"


def make_lab_key(folder: Path, comment: str) -> None:
    """Make the key of a lab, if there is none."""
    key = folder / NAME
    public = key.with_suffix(".pub")
    if public.exists():
        return
    # The public half comes last: without it, the private one is of a killed run.
    key.unlink(missing_ok=True)
    made = run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(key)])
    if not made.ok:
        raise SimError(f"the lab's key cannot be made: {made.err.strip()}")
