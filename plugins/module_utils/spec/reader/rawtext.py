# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a path to clean text: any bytes at all become text that the YAML parser accepts, or a refusal.

What is replaced keeps its length, so every line and column of the text stays where the user sees it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Source

MAX_BYTES = 16 * 2**20

# The characters of YAML, without those that break lines in YAML 1.1 only and in no editor, and without a second BOM.
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BOM = "\ufeff"
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF  # how Python's surrogateescape writes a byte that is not UTF-8


class Refused(Exception):
    """A file that cannot be read at all: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_text(path: Path) -> str:
    """Return the text of a file; bytes that are not UTF-8 stay in it as surrogates, for :func:`clean` to report.

    Raises :class:`Refused` for anything that is not a text file of bearable size.
    """
    data = _read(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:4].count(0) in (2, 3):
        raise Refused("the file is UTF-16 or UTF-32", "save it as UTF-8")
    if b"\0" in data:
        raise Refused("the file is binary, not text", "name a YAML file")
    return data.decode("utf-8-sig", "surrogateescape")


def _read(path: Path) -> bytes:
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise Refused("this is a directory", "name a file in it, such as kombination.yaml")
        if not stat.S_ISREG(kind):
            raise Refused(f"this is {_KINDS.get(stat.S_IFMT(kind), 'not a file')}", "save the text to a file first")
        # without waiting: a pipe that took the file's place in between must not hang us
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Refused("the file does not exist", "check the path, or write a new spec with: kombify init") from None
    except PermissionError:
        raise Refused("the file may not be read", "give the user who runs this the right to read it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused(f"the file cannot be read: {reason.lower()}", "check the path") from None
    if len(data) > MAX_BYTES:
        raise Refused(f"the file has more than {MAX_BYTES // 2**20} MiB", "use ranges and templates; is this a spec?")
    return data


_KINDS = {
    stat.S_IFIFO: "a pipe, not a file",
    stat.S_IFSOCK: "a socket, not a file",
    stat.S_IFCHR: "a device, not a file",
    stat.S_IFBLK: "a device, not a file",
}


def shown(text: str) -> str:
    """Return a text as its user sees it: a byte that is not UTF-8 becomes its Latin-1 character."""
    text = text.removeprefix(_BOM)
    if not _NOT_TEXT.search(text):
        return text
    return _NOT_TEXT.sub(lambda found: _as_latin1(found[0]), text)


def _as_latin1(character: str) -> str:
    code = ord(character)
    return chr(code - 0xDC00) if _FIRST_BYTE <= code <= _LAST_BYTE else character


def clean(text: str, source: Source, problems: Problems) -> str:
    """Return a text for the parser, with ``\\n`` as its only line break.

    Characters that no YAML file may have and directives are reported once a kind, and read as spaces.
    """
    text = text.removeprefix(_BOM)
    if _NOT_TEXT.search(text):
        _report_characters(text, source, problems)
        text = _NOT_TEXT.sub(" ", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("%") or "\n%" in text:
        text = _without_directives(text, source, problems)
    return text


def _report_characters(text: str, source: Source, problems: Problems) -> None:
    """Report the first character of each kind, and how many more there are."""
    found: dict[str, list[int]] = {}
    for match in _NOT_TEXT.finditer(text):
        first = found.setdefault(_kind(ord(match[0])), [match.start(), 0])
        first[1] += 1
    for kind, (start, count) in found.items():
        message, hint = _WRONG_CHARACTERS[kind]
        code = ord(text[start])
        more = f" (and {count - 1} more)" if count > 1 else ""
        message = message.format(code=code, byte=code & 0xFF) + more
        problems.error("K101", message, _place_of(text, start, source), hint)


_WRONG_CHARACTERS = {
    "byte": ("byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8"),
    "break": ("U+{code:04X} is an invisible line break", "replace it with an ordinary line break"),
    "mark": ("an invisible byte order mark (U+FEFF) inside the text", "remove it"),
    "control": ("control character U+{code:04X} in the text", "remove it; is this a text file?"),
}


def _kind(code: int) -> str:
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return "byte"
    if code in (0x85, 0x2028, 0x2029):
        return "break"
    return "mark" if code == ord(_BOM) else "control"


def _place_of(text: str, index: int, source: Source) -> Place:
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return source.place(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _without_directives(text: str, source: Source, problems: Problems) -> str:
    lines = text.split("\n")
    for number in _directives(lines):
        word = lines[number].split()[0]
        place = source.place(number + 1, 1, len(lines[number].rstrip()))
        problems.error("K101", f"a {word} directive, which a spec cannot have", place, "remove this line")
        lines[number] = ""
    return "\n".join(lines)


def _directives(lines: list[str]) -> Iterator[int]:
    """Iterate over the lines before the content that start with ``%``."""
    for number, line in enumerate(lines):
        if line.startswith("%"):
            yield number
        elif line.strip() and not line.lstrip().startswith("#"):
            return
