"""What became of a lab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.sim import labs
from kombify.sim.bring_up import Changes
from kombify.sim.lab import Lab

WORDS = {"made": "made", "renewed": "made anew", "started": "started", "stopped": "stopped", "removed": "removed"}


def data(lab: Lab, changes: Changes) -> dict[str, Any]:
    """Return the lab for a program, and what was done."""
    done = {word: list(getattr(changes, word)) for word in WORDS}
    return {**labs.data([lab])[0], "unreal": list(lab.driver.unreal), "changed": changes.any, "changes": done}


def text(lab: Lab, changes: Changes) -> Iterator[RenderableType]:
    """Return for people what was done, and what is not real."""
    yield from (f"{', '.join(names)}: {word}" for one, word in WORDS.items() if (names := getattr(changes, one)))
    yield from labs.unreal(lab)
    if lab.machines():
        yield f"Ansible reaches its machines with the second inventory {lab.inventory}"
    else:
        yield f"Add nodes to it: kombify sim add {lab.name} NAME"
