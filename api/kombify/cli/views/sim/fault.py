"""The faults of the simulated Proxmox, and which are on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.tables import table
from kombify.sim.faults import FAULTS, Fault


def data(on: Sequence[Fault]) -> dict[str, Any]:
    """Return it for a program."""
    return {"faults": FAULTS, "on": [asdict(fault) for fault in on]}


def text(on: Sequence[Fault]) -> Iterator[RenderableType]:
    """Return it for people."""
    rows = [(name, _state([fault for fault in on if fault.name == name]), what) for name, what in FAULTS.items()]
    yield table(("fault", "", "what it does"), rows)


def _state(on: Sequence[Fault]) -> str:
    if not on:
        return "off"
    places = [" ".join(filter(None, (fault.vm and f"vm {fault.vm}", fault.node))) for fault in on]
    return f"on ({', '.join(places)})" if all(places) else "on"
