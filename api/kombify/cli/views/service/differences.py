"""Where machines are not as the spec says."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

LINES = 12
"""Lines that are shown of one difference."""
COLORS = {"-": "red", "+": "green", "@": "cyan"}

Difference = Mapping[str, Any]


def text(differences: Sequence[Difference], word: str) -> Iterator[RenderableType]:
    """Return differences by host for people; ``word`` says what they are: ``different``, ``to change``."""
    hosts: dict[str, list[Difference]] = {}
    for one in differences:
        hosts.setdefault(one["host"], []).append(one)
    for host, found in sorted(hosts.items()):
        number = changed_in(found)
        unseen = "not everything is known" if number < len(found) else ""
        counted = f"{number} {word}" if number else ""
        yield Text.assemble((host, "bold"), f": {', '.join(filter(None, (counted, unseen)))}")
        for one in found:
            yield from _one(one)


def changed_in(differences: Sequence[Difference]) -> int:
    """Return how many things are different."""
    return sum(one["kind"] == "changed" for one in differences)


def unseen_in(differences: Sequence[Difference]) -> list[str]:
    """Return the hosts of which not all is known."""
    return sorted({one["host"] for one in differences if one["kind"] != "changed"})


def _one(one: Difference) -> Iterator[Text]:
    where = f"{one['role']}: {one['task']}" if one["role"] else one["task"]
    if one["kind"] != "changed":
        yield Text.assemble("  ", (one["kind"], "bold red"), f" in {where}: {one['message']}")
        return
    about = one["what"] or one["message"]
    yield Text(f"  {where}{f': {about}' if about else ''}")
    lines = list(_lines(one["before"], one["after"]))
    yield from lines[:LINES]
    if len(lines) > LINES:
        yield Text(f"    … {len(lines) - LINES} lines more; --format json shows all", "dim")


def _lines(before: str, after: str) -> Iterator[Text]:
    compared = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    for line in list(compared)[2:]:
        yield Text(f"    {line}", COLORS.get(line[:1], ""))
