"""The workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.tables import table
from kombify.engine.stacks import changed
from kombify.engine.workers import Listed


def data(workers: Sequence[Listed]) -> list[dict[str, Any]]:
    """Return the workers for a program."""
    return [
        {**one._asdict(), "seen_at": one.seen_at.isoformat(), "differs": differences(one, workers)} for one in workers
    ]


def text(workers: Sequence[Listed]) -> Iterator[RenderableType]:
    """Return the workers for people."""
    if not workers:
        yield "No workers yet. Start the service: kombify serve"
        return
    yield table(("Worker", "State", "Jobs", "Host", "Version", "Seen (UTC)", "Stacks"), _rows(workers), right=(2,))


def differences(worker: Listed, workers: Sequence[Listed]) -> list[str]:
    """Return which files of which stacks are not those of another worker, in words."""
    found = []
    for stack, files in worker.stacks.items():
        for other in workers:
            strange = changed(files, other.stacks[stack]) if stack in other.stacks else []
            if strange:
                found.append(f"{stack}: not the {', '.join(strange)} of {other.id}")
    return found


def _rows(workers: Sequence[Listed]) -> Iterator[tuple[str, ...]]:
    for one in workers:
        state = f"{one.state}, {one.wanted} wanted" if one.wanted and one.state == "running" else one.state
        stacks = "; ".join((", ".join(sorted(one.stacks)), *differences(one, workers)))
        yield one.id, state, str(one.jobs), one.host, one.version, f"{one.seen_at:%Y-%m-%d %H:%M:%S}", stacks
