"""What is in a backup."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from kombify.cli.options import Format
from kombify.cli.output import Output
from kombify.store.backup import Contents

SHOWN = ("jobs", "events", "tokens", "schedules", "snapshots", "audit")


def show(output: Output, what: str, path: Path, contents: Contents, form: Format) -> None:
    """Say what happened to a backup, and what is in it."""
    if form is Format.JSON:
        output.json({"file": str(path), "bytes": path.stat().st_size, **asdict(contents)})
        return
    counted = ", ".join(f"{contents.rows.get(name, 0)} {name}" for name in SHOWN)
    output.show(
        f"{path}: {what}, {path.stat().st_size / 1e6:.1f} MB",
        f"  made     {contents.created_at} by kombify {contents.version}, from {contents.database}",
        f"  holds    {counted}, {contents.logs} logs",
    )
