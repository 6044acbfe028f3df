# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes to a tree: reads any file at all in bounded time and memory, and says what is wrong with it.

PyYAML delivers events (with libyaml, in C); the tree is built here, without recursion, because a
recursive reader can be exhausted by nesting, and because a place is needed for every value.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Place,
    Problems,
    Related,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.scalars import (
    is_yaml11_word,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
)

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_VALUES = 1_000_000
MAX_REPAIRS = 20

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNQUOTED = re.compile(r"""(?<!["'\w])([^\s"',\[\]{}:]*(?:\$\{[^{}\s"']*\}|\{[0-9][^{}\s"',:]*\})[^\s"',\[\]{}]*)""")
_SECTION = re.compile(r"[^\s#\-][^:]*:")


class Unreadable(Exception):
    """The file has no text at all; the problem is already written down."""


@dataclass
class Reading:
    """What came out of reading one file: its tree if there is one, and whether text had to be left out."""

    source: Source
    root: Node | None = None
    complete: bool = True


def read_source(path: Path, problems: Problems, *, name: str | None = None, layer: str = "spec") -> Reading:
    """Read a YAML file; every problem goes to ``problems``, nothing is raised."""
    shown = name or str(path)
    try:
        text = _decode(_read(path, shown), shown, problems)
    except _Refused as refusal:
        problems.error("K101", refusal.message, Place(shown), refusal.hint)
        return Reading(Source(shown, "", layer), complete=False)
    except Unreadable:
        return Reading(Source(shown, "", layer), complete=False)
    return parse(text, problems, name=shown, layer=layer)


def parse(text: str, problems: Problems, *, name: str, layer: str = "spec") -> Reading:
    """Build the tree of a text. What cannot be parsed is reported, left out, and the rest is read again."""
    reading = Reading(Source(name, text, layer))
    for _attempt in range(MAX_REPAIRS):
        found = Problems()
        try:
            reading.root = _Builder(reading.source, found).build(text)
        except _Stop as stop:
            problems.extend(stop.found)
            reading.complete = False
            return reading
        except yaml.YAMLError as error:
            repaired = _explain(error, text, reading, problems)
            if repaired is None:
                reading.complete = False
                problems.extend(found)
                return reading
            text = repaired
            continue
        problems.extend(found)
        break
    return reading


# -- bytes ---------------------------------------------------------------------


@dataclass
class _Refused(Exception):
    message: str
    hint: str


def _read(path: Path, shown: str) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _Refused(f"{shown} is a directory", "name the file, for example kombination.yaml inside it")
        if not stat.S_ISREG(status.st_mode):
            raise _Refused(f"{shown} is not a regular file", "name a file on disk")
        if status.st_size > MAX_BYTES:
            size = status.st_size // 2**20
            raise _Refused(f"{shown} has {size} MiB", f"a spec may have {MAX_BYTES // 2**20} MiB; use ranges and templates")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _Refused(f"{shown} does not exist", "check the path, or write a new spec with: kombify init") from None
    except PermissionError:
        raise _Refused(f"{shown} may not be read", f"give yourself the right to read it: chmod u+r {shown}") from None
    except (OSError, ValueError) as error:
        raise _Refused(f"{shown!r} cannot be read: {error}", "check the path") from None


def _decode(data: bytes, shown: str, problems: Problems) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:4].count(0) >= 2:
        raise _Refused(f"{shown} is not UTF-8 (it looks like UTF-16 or UTF-32)", "save the file as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        source = Source(shown, before + data[error.start : error.start + 80].decode("latin-1"))
        place = source.place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        byte = data[error.start]
        problems.error("K101", f"byte 0x{byte:02x} is not UTF-8", place, "save the file as UTF-8; is this a text file?")
        raise Unreadable from error
    control = _CONTROL.search(text)
    if control:
        before = text[: control.start()]
        place = Source(shown, text).place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        code = ord(control[0])
        problems.error("K101", f"control character 0x{code:02x} in the text", place, "remove it; is this a text file?")
        raise Unreadable
    return text


# -- events to tree ------------------------------------------------------------


class _Stop(Exception):
    """The text was read, but building its tree has to end here; ``found`` says why."""

    def __init__(self, found: Problems) -> None:
        super().__init__()
        self.found = found


@dataclass(eq=False, slots=True)
class _Open:
    """A collection that is not closed yet."""

    node: Mapping | Sequence
    anchor: str | None
    key: Scalar | None = None
    count: int = 1
    merges: list[Node] = field(default_factory=list)


class _Builder:
    """Builds one tree out of events, with a stack instead of recursion."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self.source = source
        self.problems = problems
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.root: Node | None = None
        self.documents = 0
        self.values = 0

    def build(self, text: str) -> Node | None:
        for event in self._events(text):
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent:
                self._start(event, Mapping(*self._position(event)))
            elif kind is SequenceStartEvent:
                self._start(event, Sequence(*self._position(event)))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._end()
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                self._document(event)
        return self.root

    @staticmethod
    def _events(text: str) -> Iterator[Event]:
        yield from yaml.parse(text, Loader=_Loader)

    def _position(self, event: Event) -> tuple[Source, int, int]:
        mark = event.start_mark
        return self.source, mark.line + 1, mark.column + 1

    def _stop(self, message: str, event: Event, hint: str) -> _Stop:
        self.problems.error("K101", message, self.source.place(*self._position(event)[1:]), hint)
        return _Stop(self.problems)

    def _document(self, event: Event) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._stop("a second document starts here", event, "one file holds one spec; use include: for parts")

    def _scalar(self, event: Event) -> None:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        quoted = event.style in ("'", '"', "|", ">")
        node = Scalar(self.source, start.line + 1, start.column + 1, max(1, width), event.value, quoted)
        if not quoted and not self._is_key() and is_yaml11_word(event.value):
            self.problems.warning(
                "K104",
                f"'{event.value}' is read as text here, but as something else by YAML 1.1 readers such as Ansible's",
                node.place,
                f'quote it: "{event.value}"' + _boolean_hint(event.value),
            )
        self._named(event.anchor, node, 1)
        self._add(node, 1, event)

    def _is_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, Mapping) and self.stack[-1].key is None

    def _named(self, anchor: str | None, node: Node, count: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, count)

    def _start(self, event: Event, node: Mapping | Sequence) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._stop(f"nested deeper than {MAX_DEPTH} levels", event, "a spec never needs that; is this a spec?")
        self._require_plain_key(event)
        self.stack.append(_Open(node, event.anchor))

    def _end(self) -> None:
        closed = self.stack.pop()
        node = closed.node
        if isinstance(node, Mapping):
            _apply_merges(node, closed.merges)
        self._named(closed.anchor, node, closed.count)
        self._add(node, closed.count, None)

    def _alias(self, event: Event) -> None:
        if event.anchor not in self.anchors:
            if any(opened.anchor == event.anchor for opened in self.stack):
                raise self._stop(f"'*{event.anchor}' contains itself", event, "an anchor may not stand inside its own value")
            raise self._stop(f"'*{event.anchor}' names no anchor", event, f"write &{event.anchor} at the value it means")
        node, count = self.anchors[event.anchor]
        self._require_plain_key(event)
        self._add(node, count, event)

    def _require_plain_key(self, event: Event) -> None:
        if not self._is_key():
            return
        place = self.source.place(*self._position(event)[1:])
        quoted = _unquoted_on(place.text)
        if quoted:
            self.problems.error("K103", "braces must be quoted here", place, f'write "{quoted}"')
            raise _Stop(self.problems)
        raise self._stop("a key must be a single word", event, "write key: value")

    def _add(self, node: Node, count: int, event: Event | None) -> None:
        self.values += count
        if self.values > MAX_VALUES:
            place = node.place
            self.problems.error(
                "K101", f"more than {MAX_VALUES:,} values once aliases are expanded", place, "use ranges and templates"
            )
            raise _Stop(self.problems)
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.count += count
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif parent.key is None:
            assert isinstance(node, Scalar)
            parent.key = node
        else:
            key, parent.key = parent.key, None
            self._entry(parent, key, node)

    def _entry(self, parent: _Open, key: Scalar, value: Node) -> None:
        assert isinstance(parent.node, Mapping)
        if key.text == "<<" and not key.quoted:
            parent.merges.append(value)
            return
        first = parent.node.entries.get(key.text)
        if first is None:
            parent.node.entries[key.text] = (key, value)
            return
        self.problems.error(
            "K102",
            f"key '{key.text}' appears twice{self._where(parent)}",
            key.place,
            "remove one of them; YAML would silently keep the last",
            [Related("first here", first[0].place)],
        )

    def _where(self, parent: _Open) -> str:
        """Name the map in which a key stands: `` in services`` or nothing at the top."""
        if len(self.stack) < 2:
            return ""
        above = self.stack[-2]
        return f" in {above.key.text}" if above.key is not None else ""


def _boolean_hint(word: str) -> str:
    meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
    meant |= {"true": "true", "false": "false", "null": "null"}
    return f", or write {meant[word.lower()]} if you mean that" if word.lower() in meant else ""


def _apply_merges(node: Mapping, merges: list[Node]) -> None:
    """Add what ``<<`` brings and the map itself does not say; the first of several maps wins."""
    for merged in merges:
        for part in merged.items if isinstance(merged, Sequence) else [merged]:
            if isinstance(part, Mapping):
                for name, entry in part.entries.items():
                    node.entries.setdefault(name, entry)


# -- syntax errors -------------------------------------------------------------


def _unquoted_on(line: str) -> str | None:
    """Return the first text on a line whose braces should have been quoted."""
    match = _UNQUOTED.search(line.split(" #", 1)[0])
    return match[1] if match else None


def _explain(error: yaml.YAMLError, text: str, reading: Reading, problems: Problems) -> str | None:
    """Report a syntax error; return the text with the fault mended or left out, or None when nothing is left."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        problems.error("K101", f"not YAML: {error}", reading.source.place(1, 1), "is this a YAML file?")
        return None
    line, column = mark.line + 1, mark.column + 1
    place = reading.source.place(line, column)
    for number in (line, line - 1):
        current = _LINES.split(text)[number - 1] if number >= 1 else ""
        quoted = _unquoted_on(current)
        if quoted:
            at = current.index(quoted) + 1
            there = reading.source.place(number, at, len(quoted))
            problems.error("K103", f"'{quoted}' must be quoted here", there, f'write "{quoted}"')
            return _replace_line(text, number, current.replace(quoted, f'"{quoted}"'))
    message, hint, opened = _in_plain_words(error, reading.source, place)
    related = [Related("opened here", opened)] if opened and (opened.line, opened.column) != (line, column) else []
    problems.error("K101", message, place, hint, related)
    reading.complete = False
    return _without_section(text, opened.line if opened else line)


_LINES = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


def _in_plain_words(error: yaml.YAMLError, source: Source, place: Place) -> tuple[str, str, Place | None]:
    """Return message, remedy and, for something left open, where it was opened."""
    problem = str(getattr(error, "problem", "") or "not YAML")
    context = str(getattr(error, "context", "") or "")
    mark = getattr(error, "context_mark", None)
    opened = source.place(mark.line + 1, mark.column + 1) if mark is not None else None
    if "\\t" in problem or "'\t'" in problem or place.text[: place.column].strip(" ").startswith("\t"):
        return "a tab is used for indentation", "use spaces", None
    if "flow mapping" in context and opened:
        return f"unclosed {{ opened at line {opened.line}", "close it with }, or check the commas and quotes before", opened
    if "flow sequence" in context and opened:
        return f"unclosed [ opened at line {opened.line}", "close it with ], or check the commas and quotes before", opened
    if "quoted scalar" in context and opened:
        return f"unclosed quote opened at line {opened.line}", "close the quote", opened
    if "mapping values are not allowed" in problem:
        return "a ':' where none may stand", "is the line indented as its neighbours? quote a text that contains ': '", None
    if "could not find expected ':'" in problem:
        return "a key without ':'", "write key: value", opened
    if "expected <block end>" in problem:
        return "wrong indentation", "indent it as its neighbours", opened
    if problem.startswith("found character") and "cannot start" in problem:
        return "this character cannot start a value", "quote the value", None
    if "exceeded" in problem.lower() or "nesting" in problem.lower():
        return "nested too deeply", "a spec never needs that; is this a spec?", None
    return f"not YAML: {problem}", "mend the syntax here", None


def _replace_line(text: str, number: int, line: str) -> str:
    lines = _LINES.split(text)
    lines[number - 1] = line
    return "\n".join(lines)


def _without_section(text: str, number: int) -> str | None:
    """Blank the top-level section around a line, so that the rest can still be checked."""
    lines = _LINES.split(text)
    first = min(number, len(lines)) - 1
    while first > 0 and not _SECTION.match(lines[first]):
        first -= 1
    last = first + 1
    while last < len(lines) and not _SECTION.match(lines[last]):
        last += 1
    if not any(line.strip() for line in lines[first:last]):
        return None
    lines[first:last] = [""] * (last - first)
    return "\n".join(lines)
