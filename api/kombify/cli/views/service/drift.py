"""What a look for drift found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from kombify.cli.ending import Code
from kombify.cli.views.service import differences
from kombify.cli.views.service.jobs import moment


def text(drift: dict[str, Any]) -> Iterator[RenderableType]:
    """Return what was found for people."""
    found = drift["differences"]
    yield from differences.text(found, "different")
    unseen = f" Not everything is known of: {', '.join(drift['unseen'])}." if drift["unseen"] else ""
    number = differences.changed_in(found)
    verdict = (
        (f"{drift['stack']} has drifted", "bold yellow") if number else (f"{drift['stack']}: no drift", "bold green")
    )
    counted = f", {number} {'difference' if number == 1 else 'differences'}" if number else ""
    yield Text.assemble(verdict, f"{counted}.{unseen} (job {drift['job_id']}, {moment(drift['found_at'])})")


def code(drift: dict[str, Any]) -> Code:
    """Return what it means: drift, or machines that could not be seen, or all is well."""
    if differences.changed_in(drift["differences"]):
        return Code.DIFFERENT
    return Code.FAILED if drift["unseen"] else Code.FINE
