"""What losing a machine would mean, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.plan.loss import Loss
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size
from kombify.cli.views.tables import table

REASONS_SHOWN = 3
NOT_ASKED = ("runs_on", "not_on")


def data(loss: Loss) -> dict[str, Any]:
    """Return a loss for a program."""
    return asdict(loss)


def text(loss: Loss, unified: Unified) -> Iterator[RenderableType]:
    """Return a loss for people."""
    yield _summary(loss)
    if loss.machines[1:]:
        yield f"With it go {', '.join(loss.machines[1:])}."
    for cluster in sorted({*loss.headless} - {*loss.stopped}):
        yield f"Cluster {cluster} would have no working control plane: what runs goes on, nothing can be changed."
    for cluster, names in loss.stopped.items():
        yield f"All {len(names)} services in {cluster} would stop: none of its nodes is left."
    rows = [
        *((name, "moves", loss.moves[name], _data(name, loss, unified)) for name in sorted(loss.moves, key=natural)),
        *((name, "no room", "-", _why(loss, name)) for name in sorted(loss.unplaced, key=natural)),
        *((name, "bound", "-", "may run nowhere else") for name in sorted(loss.bound, key=natural)),
    ]
    if rows:
        yield ""
        yield table(("name", "result", "goes to", "note"), rows)


def _summary(loss: Loss) -> str:
    if not (loss.moves or loss.unplaced or loss.bound or loss.stopped):
        return f"Without {loss.node} nothing would change: nothing runs there."
    counts = {"would move": loss.moves, "would not fit": loss.unplaced, "can run nowhere else": loss.bound}
    return f"Without {loss.node}: " + ", ".join(f"{len(names)} {what}" for what, names in counts.items()) + "."


def _data(name: str, loss: Loss, unified: Unified) -> str:
    if name not in loss.data:
        return ""
    service = unified.services.get(name.partition("/")[0])
    policies = ", ".join(service.backups) if service else ""
    source = f"from the backup {policies}" if policies else "lost: it has no backup"
    return f"its data of up to {human_size(loss.data[name])}: {source}"


def _why(loss: Loss, name: str) -> str:
    """Give the reasons of the nodes that could have been, a few of many."""
    reasons = loss.unplaced[name]
    allowed = [f"{node}: {reason}" for node, reason in reasons.items() if not reason.startswith(NOT_ASKED)]
    more = f"; and {len(allowed) - REASONS_SHOWN} more" if len(allowed) > REASONS_SHOWN else ""
    return "; ".join(allowed[:REASONS_SHOWN]) + more or "no other node may run it"
