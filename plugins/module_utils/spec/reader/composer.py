# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the parser's events to a tree whose nodes know their places.

PyYAML delivers events (with libyaml, in C); the tree is built here, without recursion, because a
recursive reader can be exhausted by nesting, and because every value needs its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.scanner import ScannerError

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problem, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import has_number
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader import tabs, unquoted
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.assembly import Assembly, Stop
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import (
    Draft,
    Fault,
    Means,
    Repair,
    unmask,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.scalars import constant_meant, is_yaml11_word
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, Node, Scalar, Sequence, Source

MAX_DEPTH = 64

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ ]+){1,2}(?=[^\s#])")
_TAG = re.compile(r"(?:&\S+\s+)?(![^\s,\[\]{}]*)")
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


class Composer:
    """Builds one tree out of events, with a stack instead of recursion.

    ``last`` is the last scalar that the parser delivered: what stands before a syntax error.
    """

    def __init__(self, source: Source, problems: Problems) -> None:
        self.last: ScalarEvent | None = None
        self._source = source
        self._tree = Assembly(problems)
        self._text = ""
        self._lines = 0
        self._masked = False
        self._documents = 0

    @property
    def root(self) -> Node | None:
        """The tree, when compose has returned."""
        return self._tree.root

    @property
    def whole(self) -> bool:
        """Whether nothing had to be left out of the tree."""
        return self._tree.whole

    def compose(self, draft: Draft, loader: Any) -> None:
        """Read a text with one of PyYAML's loaders.

        Raises yaml.YAMLError where the parser stops, and Fault for what the parser takes for something else.
        """
        self._text, self._masked = draft.text, draft.masked
        self._lines = draft.text.count("\n") + 1
        quoted: list[tuple[int, int]] | None = [] if "\t" in draft.text else None
        try:
            for event in _events(loader(draft.text)):
                kind = type(event)
                if kind is ScalarEvent:
                    self._scalar(event)
                    if quoted is not None and event.style:
                        quoted.append((event.start_mark.index, event.end_mark.index))
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    self._start(event)
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    self._end(event)
                elif kind is AliasEvent:
                    self._alias(event)
                elif kind is DocumentStartEvent:
                    self._document(event)
        except Stop:
            pass
        except yaml.YAMLError as error:
            if quoted is not None:
                tabs.refuse(draft.text[: tabs.read_until(error)], quoted, self._source)
            raise
        self._tree.finish()
        if quoted is not None:
            tabs.refuse(draft.text, quoted, self._source)

    def _scalar(self, event: Any) -> None:
        self.last = event
        start, end, style, text = event.start_mark, event.end_mark, event.style, event.value
        line, column = start.line + 1, start.column + 1
        if line > self._lines:  # libyaml counts one too many at the end of a text without a line break
            line, column = self._lines, len(self._source.line(self._lines)) + 1
        if event.tag is not None:
            self._tag(event)
        if event.tag is not None or event.anchor is not None:
            column = self._after_properties(line, column)
        if end.line == start.line:
            width = end.column + 1 - column
        else:
            width = 1 if style in ("|", ">") else unquoted.rest(self._source, line, column).width
        if style == '"' and _NO_CHARACTER.search(text):
            self._refuse_escape(start.index, end.index)
        if self._masked:
            text = unmask(text)
        node = Scalar(self._source, line, column, width or 1, text, bool(style) or text != event.value)
        if not style and is_yaml11_word(text) and not self._tree.wants_key:
            self._warn_of_word(node)
        self._tree.add(node, 1, event.anchor)

    def _refuse_escape(self, start: int, end: int) -> None:
        """Raise a fault for the escape that makes a NUL or half a character; the parser in C refuses the latter."""
        index = unquoted.wrong_escape(self._text, start, end)
        line = self._text.count("\n", 0, index) + 1
        found = unquoted.escape(self._source, line, index - self._text.rfind("\n", 0, index))
        if found:
            raise found

    def _warn_of_word(self, node: Scalar) -> None:
        if self._tree.enough_of("K104"):
            return
        meant = constant_meant(node.text)
        message = f"'{node.text}' is text here, but something else to YAML 1.1 readers such as Ansible's"
        hint = f'quote it: "{node.text}"' + (f", or write {meant} if you mean that" if meant else "")
        self._tree.warning("K104", message, node.place, hint)

    def _start(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if len(self._tree.open) >= MAX_DEPTH:
            hint = "a spec never needs that; is this a spec?"
            problem = Problem("K101", f"nested deeper than {MAX_DEPTH} levels", self._source.place(line, column), hint)
            raise Fault(problem, Repair(Means.LEAVE_OUT, line))
        if self._tree.wants_key:
            found = unquoted.jinja(self._source, line, column)
            if found:
                raise found
        if event.tag is not None:
            self._tag(event)
        if event.tag is not None or event.anchor is not None:
            column = self._after_properties(line, column)
        kind = Mapping if type(event) is MappingStartEvent else Sequence
        self._tree.start(kind(self._source, line, column), event.anchor)

    def _end(self, event: Any) -> None:
        node, end = self._tree.open[-1].node, event.end_mark
        if end.line + 1 == node.line and self._source.line(node.line)[node.column - 1 : node.column] in ("[", "{"):
            node.width = max(1, end.column + 1 - node.column)
            if isinstance(node, Mapping) and _is_number(node):
                found = unquoted.reference(self._source, node.line, node.column)
                if found:
                    raise found
        self._tree.end()

    def _tag(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        match = _TAG.match(self._source.line(line), column - 1)
        tag, column = (match[1], match.start(1) + 1) if match else (event.tag, column)
        if type(event) is ScalarEvent and not event.style and unquoted.stands_alone(self._source, line, column):
            raise unquoted.meaning(self._source, line, column)
        hint = "remove it; if it belongs to the text, quote the text"
        if "vault" in tag:
            hint = "write a secret reference such as ansible-vault:group_vars/all/vault.yml#name"
        place = self._source.place(line, column, len(tag))
        self._tree.error("K101", f"tags such as {tag} are not allowed", place, hint)

    def _after_properties(self, line: int, column: int) -> int:
        match = _PROPERTIES.match(self._source.line(line), column - 1)
        return match.end() + 1 if match else column

    def _alias(self, event: Any) -> None:
        name, tree = event.anchor, self._tree
        place = self._source.place(event.start_mark.line + 1, event.start_mark.column + 1, len(name) + 1)
        if tree.wants_key:
            tree.error("K101", "an alias cannot be a key", place, "write the key out")
            tree.drop_key()
            return
        if name in tree.anchors:
            tree.add(*tree.anchors[name])
            return
        if any(opened.anchor == name for opened in tree.open):
            tree.error("K101", f"'*{name}' stands inside its own value", place, "write the value out")
        else:
            hint = f'write &{name} before the value it means; if it is text, quote it: "*{name}"'
            tree.error("K101", f"'*{name}' names no anchor", place, hint)
        tree.add(Scalar(self._source, place.line, place.column, place.width, f"*{name}", quoted=True))

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            place = self._source.place(event.start_mark.line + 1, event.start_mark.column + 1, 3)
            hint = "one file holds one spec; use include: for parts"
            self._tree.error("K101", "a second document starts here", place, hint)
            self._tree.whole = False
            raise Stop


def _events(loader: Any) -> Iterator[Any]:
    """Iterate over events; the parser in Python lets some errors of numbers in escapes through."""
    while True:
        try:
            event = loader.get_event()
        except (ValueError, OverflowError) as error:
            raise ScannerError(None, None, "invalid escape", loader.get_mark()) from error
        if event is None:
            return
        yield event


def _is_number(node: Mapping) -> bool:
    """Recognise ``{1}``, which YAML reads as a map with the key 1."""
    if len(node.entries) != 1:
        return False
    [(name, (_key, value))] = node.entries.items()
    return isinstance(value, Scalar) and not value.text and has_number("{" + name + "}")
