# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A block of lines of ours inside of a file that belongs to others, such as /etc/hosts."""

from __future__ import annotations


def with_block(text: str, name: str, body: str) -> str:
    """Return the text with our block: in its old place, else at the end."""
    begin, end = _marks(name)
    block = f"{begin}\n{body.rstrip()}\n{end}\n"
    before, after = _around(text, name)
    if after is None and before and not before.endswith("\n"):
        before += "\n"
    return f"{before}{block}{after or ''}"


def without_block(text: str, name: str) -> str:
    """Return the text with our block taken out."""
    before, after = _around(text, name)
    return f"{before}{after or ''}"


def _around(text: str, name: str) -> tuple[str, str | None]:
    """Return what stands before the block and after it; None after it when there is no whole block."""
    begin, end = (f"{mark}\n" for mark in _marks(name))
    lines = text.splitlines(keepends=True)
    ended = [*lines[:-1], f"{lines[-1].rstrip()}\n"] if lines else []
    if begin not in ended or end not in ended[ended.index(begin) :]:
        return text, None
    first = ended.index(begin)
    last = ended.index(end, first)
    return "".join(lines[:first]), "".join(lines[last + 1 :])


def _marks(name: str) -> tuple[str, str]:
    return f"# BEGIN {name} (kombify.stack)", f"# END {name} (kombify.stack)"
