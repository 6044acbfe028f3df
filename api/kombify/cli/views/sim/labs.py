"""Labs and their machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size
from kombify.cli.views.tables import table
from kombify.sim.lab import Lab


def data(labs: Iterable[Lab]) -> list[dict[str, Any]]:
    """Return labs for a program."""
    return [
        {
            "name": lab.name,
            "driver": lab.driver.name,
            "folder": str(lab.folder),
            "inventory": str(lab.inventory),
            "nodes": [
                {
                    "name": name,
                    "address": machine.address,
                    "memory": machine.memory,
                    "user": machine.user,
                    "state": lab.state(name),
                }
                for name, machine in lab.machines().items()
            ],
        }
        for lab in labs
    ]


def text(labs: Iterable[Lab]) -> Iterator[RenderableType]:
    """Return labs for people."""
    rows = [row for lab in labs for row in _rows(lab)]
    if rows:
        yield table(("lab", "driver", "node", "address", "user", "memory", "state"), rows)
    else:
        yield "There is no lab. Make one: kombify sim up"


def _rows(lab: Lab) -> list[tuple[str, ...]]:
    machines = lab.machines()
    if not machines:
        return [(lab.name, lab.driver.name, "-", "-", "-", "-", "empty")]
    return [
        (
            lab.name,
            lab.driver.name,
            name,
            machine.address,
            machine.user,
            human_size(machine.memory) if machine.memory else "-",
            lab.state(name),
        )
        for name, machine in machines.items()
    ]


def unreal(lab: Lab) -> Iterator[RenderableType]:
    """Say which driver a lab has, and what is not real about its machines."""
    yield f"Lab {lab.name} is up, its driver is {lab.driver.name}. Not real:"
    yield from (f"  {sentence}" for sentence in lab.driver.unreal)
