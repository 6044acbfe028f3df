# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Markdown: tables and blocks whose content cannot break out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]|])")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
NOTHING = "-"


def plain(text: object) -> str:
    """Return a text that Markdown shows as it is, on one line; nothing becomes a dash."""
    line = _BLANKS.sub(" ", str(text)).strip() if text not in (None, "") else ""
    return _SPECIAL.sub(r"\\\1", line).replace("&", "&amp;").replace("<", "&lt;") or NOTHING


def code(text: object) -> str:
    """Return a text in the type of code; also inside a table."""
    line = _BLANKS.sub(" ", str(text)).replace("`", "'").replace("|", r"\|").strip()
    return f"`{line}`" if line else NOTHING


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table; its cells are Markdown already."""
    lines = [f"| {' | '.join(headers)} |", f"|{' --- |' * len(headers)}"]
    return [*lines, *(f"| {' | '.join(cell or NOTHING for cell in row)} |" for row in rows), ""]


def section(title: str, body: Iterable[str]) -> list[str]:
    """Return a section, or nothing when it has no body."""
    lines = list(body)
    return [f"## {title}", "", *lines] if lines else []


def fenced(language: str, text: str) -> list[str]:
    """Return a block of code; the text is ours and holds no fence."""
    return [f"```{language}", *text.rstrip("\n").split("\n"), "```", ""]
