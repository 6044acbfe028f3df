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

MAX_BYTES = 8 * 2**20

# The characters of YAML, without those that break lines in YAML 1.1 only and in no editor, and without a second BOM.
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BOM = "\ufeff"
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how Python's surrogateescape writes a byte that is not UTF-8
_AS_LATIN1 = {code: code & 0xFF for code in range(0xDC80, 0xDD00)}


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
    return text.translate(_AS_LATIN1) if _NOT_UTF8.search(text) else text


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
    for pattern, message, hint in _WRONG_CHARACTERS:
        first = pattern.search(text)
        if first is None:
            continue
        code = ord(first[0])
        more = len(text) - len(pattern.sub("", text)) - 1
        said = message.format(code=code, byte=code & 0xFF) + (f" (and {more} more)" if more else "")
        problems.error("K101", said, _place_of(text, first.start(), source), hint)


_WRONG_CHARACTERS = (
    (_NOT_UTF8, "byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8"),
    (
        re.compile("[\x85\u2028\u2029]"),
        "U+{code:04X} is an invisible line break",
        "replace it with an ordinary line break",
    ),
    (re.compile(_BOM), "an invisible byte order mark (U+FEFF) inside the text", "remove it"),
    (
        re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udc7f\udd00-\udfff\ufffe\uffff]"),
        "control character U+{code:04X} in the text",
        "remove it; is this a text file?",
    ),
)


def _place_of(text: str, index: int, source: Source) -> Place:
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return source.place(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _without_directives(text: str, source: Source, problems: Problems) -> str:
    """Blank the lines before the content that start with ``%``."""
    lines = text.split("\n")
    found = list(_directives(lines))
    if found:
        words = ", ".join(sorted({lines[number].split()[0] for number in found[:10]}))
        place = source.place(found[0] + 1, 1, len(lines[found[0]].rstrip()))
        problems.error("K101", f"a spec cannot have directives ({words})", place, "remove the lines that start with %")
    for number in found:
        lines[number] = ""
    return "\n".join(lines)


def _directives(lines: list[str]) -> Iterator[int]:
    """Iterate over the lines before the content that start with ``%``."""
    for number, line in enumerate(lines):
        if line.startswith("%"):
            yield number
        elif line.strip() and not line.lstrip().startswith("#"):
            return
