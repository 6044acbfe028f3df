"""What a machine can simulate."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.tables import table
from kombify.sim.doctor import Check, commands, missing
from kombify.sim.drivers import Choice, unreal


def data(checks: Iterable[Check], choice: Choice) -> dict[str, Any]:
    """Return it for a program."""
    found = list(checks)
    return {
        "driver": choice.name,
        "reasons": list(choice.reasons),
        "unreal": list(unreal(choice.name)),
        "checks": [
            {"name": one.name, "ok": one.ok, "needed": one.needed, "what": one.what, "mend": _lines(one.mend)}
            for one in found
        ],
        "mend": _lines(commands(found)),
    }


def text(checks: Iterable[Check], choice: Choice) -> Iterator[RenderableType]:
    """Return it for people."""
    found = list(checks)
    yield table(("check", "", "found"), ((one.name, _mark(one), one.what) for one in found))
    orders = commands(found)
    if orders:
        yield "\nTo mend it, `kombify sim doctor --fix` runs:"
        yield from (f"  {line}" for line in _lines(orders))
    yield from driver(choice)
    if not missing(found):
        yield "\nEverything that nodes need is here."


def driver(choice: Choice) -> Iterator[RenderableType]:
    """Say which driver makes machines, why no better one, and what is not real about them."""
    yield f"\nThe driver is {choice.name}."
    yield from (f"  Not {reason}" for reason in choice.reasons)
    yield "Not real:"
    yield from (f"  {sentence}" for sentence in unreal(choice.name))


def _mark(check: Check) -> str:
    return "ok" if check.ok else "missing" if check.needed else "optional"


def _lines(orders: Iterable[tuple[str, ...]]) -> list[str]:
    return [shlex.join(order) for order in orders]
