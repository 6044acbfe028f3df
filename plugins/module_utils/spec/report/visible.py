# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that cannot steer a terminal, and how many cells of a terminal it takes."""

from __future__ import annotations

import unicodedata

# Controls, invisible formatting (bidirectional too), half characters, private and unknown ones, and line separators.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
MAX_MARKS = 2


def visible(text: str) -> str:
    """Return a text with everything that is not plainly visible written as an escape."""
    return text if text.isascii() and text.isprintable() else "".join(pieces(text))


def pieces(text: str) -> list[str]:
    """Return what to show for each character of a text."""
    shown, marks = [], MAX_MARKS
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        selects_variation = "\ufe00" <= character <= "\ufe0f"
        escaped = category in _ESCAPED or marks > MAX_MARKS or selects_variation
        shown.append(_escape(character) if escaped else character)
    return shown


def cells(shown: str) -> int:
    """Return how many cells of a terminal a visible text takes."""
    if shown.isascii():
        return len(shown)
    return sum(map(_width, shown))


def _width(character: str) -> int:
    if unicodedata.category(character) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
