"""What there is to read when something went wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kombify.sim.lab import Lab


def lab_log(lab: Lab, lines: int) -> str:
    """Return the last lines of the lab's own services."""
    return "".join(f"# {path.name}\n{_last(path, lines)}" for path in sorted(lab.folder.glob("*.log")))


def node_log(lab: Lab, name: str, lines: int) -> str:
    """Return the last lines of a machine's supervisor, and of its journal, which is read from its disk."""
    lab.machine(name)
    folder = lab.folder / "nodes" / name
    return f"# console\n{_last(folder / 'console.log', lines)}# journal\n{_journal(folder / 'upper', lines)}"


def _journal(disk: Path, lines: int) -> str:
    command = [
        "journalctl",
        "--directory",
        str(disk / "var/log/journal"),
        "--no-pager",
        "--quiet",
        "--lines",
        str(lines),
    ]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        return "journalctl is not installed here: read it on the node\n"
    return ran.stdout or ran.stderr


def _last(path: Path, lines: int) -> str:
    if not path.exists():
        return ""
    text = path.read_text(encoding="utf-8", errors="replace")
    return "".join(text.splitlines(keepends=True)[-lines:])
