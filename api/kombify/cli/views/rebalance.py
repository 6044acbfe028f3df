"""Proposed moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.whatif import Move, rebalance
from ansible_collections.kombify.stack.plugins.module_utils.plan.placing import Rounds
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size
from kombify.cli.views.tables import table


def proposals(rounds: Rounds) -> list[Move]:
    """Return the moves that would make the stack more even, as many as the spec allows at once."""
    return [
        move
        for one in (rounds.services, rounds.machines)
        for move in rebalance(one.items, one.targets, one.result.assignments, one.settings)
    ]


def data(moves: Sequence[Move]) -> dict[str, Any]:
    """Return the moves for a program; the gain is in points."""
    return {"moves": [{**asdict(move), "gain": move.gain / 1000} for move in moves]}


def text(moves: Sequence[Move], margin: int) -> list[RenderableType]:
    """Return the moves for people."""
    if not moves:
        return [f"No move would gain {margin} points or more; everything may stay."]
    rows = [
        (move.item, move.source, move.target, f"{move.gain / 1000:.2f}", human_size(move.data) if move.data else "none")
        for move in moves
    ]
    return [
        table(("name", "from", "to", "gain", "data to move"), rows, right=(3,)),
        "",
        f"Nothing moves by itself: say runs_on: {moves[0].target} for {moves[0].item} if you want that move.",
    ]
