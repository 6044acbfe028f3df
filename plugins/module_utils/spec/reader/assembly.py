# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tree while it grows: open collections, anchors, duplicate keys, merges, and the limits of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    Place,
    Problem,
    Problems,
    Related,
    Severity,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, Node, Scalar, Sequence

MAX_VALUES = 300_000
MAX_OF_A_KIND = 100


class Stop(Exception):
    """The tree ends here; the problem is already written down."""


@dataclass(eq=False, slots=True)
class OpenList:
    """A list that is not closed yet; ``count`` is how many values it holds, all levels included."""

    node: Sequence
    anchor: str | None
    count: int = 1
    wants_key: bool = False
    name: str = ""


@dataclass(eq=False, slots=True)
class OpenMap:
    """A map that is not closed yet; ``key`` waits for its value, or ``dropped`` says that it was a wrong one."""

    node: Mapping
    anchor: str | None
    count: int = 1
    key: Scalar | None = None
    dropped: bool = False
    merges: list[tuple[Scalar, Node]] = field(default_factory=list)

    @property
    def wants_key(self) -> bool:
        """Whether the next node is a key."""
        return self.key is None and not self.dropped

    @property
    def name(self) -> str:
        """The key whose value is being read."""
        return self.key.text if self.key else ""


class Assembly:
    """Puts nodes together; what is wrong with them is reported, and they are left out."""

    def __init__(self, problems: Problems) -> None:
        self.root: Node | None = None
        self.whole = True
        self.open: list[OpenMap | OpenList] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self._problems = problems
        self._values = 0
        self._said: Counter[str] = Counter()
        self._unsaid: dict[str, Problem] = {}

    # -- nodes -----------------------------------------------------------------

    @property
    def wants_key(self) -> bool:
        """Whether the next node is the key of a map."""
        return bool(self.open) and self.open[-1].wants_key

    def start(self, node: Mapping | Sequence, anchor: str | None) -> None:
        """Open a collection."""
        self.open.append(OpenMap(node, anchor) if isinstance(node, Mapping) else OpenList(node, anchor))

    def end(self) -> None:
        """Close the collection that was opened last."""
        closed = self.open.pop()
        if isinstance(closed, OpenMap) and closed.merges:
            self._merge(closed.node, closed.merges)
        if closed.anchor is not None:
            self.anchors[closed.anchor] = (closed.node, closed.count)
        self._count(closed.node, 1)
        self._put(closed.node, closed.count)

    def add(self, node: Node, count: int = 1, anchor: str | None = None) -> None:
        """Put a complete node, which holds ``count`` values, where it belongs."""
        if anchor is not None:
            self.anchors[anchor] = (node, count)
        self._count(node, count)
        self._put(node, count)

    def _count(self, node: Node, count: int) -> None:
        self._values += count
        if self._values > MAX_VALUES:
            self.root, self.whole = None, False
            message = f"more than {MAX_VALUES:,} values, those of aliases counted each time"
            self.error("K101", message, node.place, "use ranges and templates; is this a spec?")
            raise Stop

    def _put(self, node: Node, count: int) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.count += count
        if isinstance(parent, OpenList):
            parent.node.items.append(node)
        elif parent.key is not None:
            key, parent.key = parent.key, None
            self._entry(parent, key, node)
        elif parent.dropped:
            parent.dropped = False
        elif isinstance(node, Scalar) and (node.text or node.quoted):
            parent.key = node
        else:
            what = "there is no key before ':'" if isinstance(node, Scalar) else "a key must be a single word"
            self.error("K101", what, node.place, "write key: value")
            self.drop_key()

    def drop_key(self) -> None:
        """Leave out the key that was just read, and its value."""
        parent = self.open[-1]
        if isinstance(parent, OpenMap):
            parent.dropped = True
        self.whole = False

    def _entry(self, parent: OpenMap, key: Scalar, value: Node) -> None:
        merges = key.text == "<<" and not key.quoted
        if merges:
            first = parent.merges[0][0] if parent.merges else None
            parent.merges.append((key, value))
        else:
            first = parent.node.entries.setdefault(key.text, (key, value))[0]
        if first is None or first is key:
            return
        above = self.open[-2].name if len(self.open) > 1 else ""
        hint = "write one: <<: [*a, *b]" if merges else "remove one of them; YAML would silently keep the last"
        where = f" in {above}" if above else ""
        related = [Related("first here", first.place)]
        self.error("K102", f"key '{key.text}' appears twice{where}", key.place, hint, related)

    def _merge(self, node: Mapping, merges: list[tuple[Scalar, Node]]) -> None:
        """Add what ``<<`` brings and the map itself does not say; the first of several maps wins."""
        for key, value in merges:
            for part in value.items if isinstance(value, Sequence) else [value]:
                if isinstance(part, Mapping):
                    for name, entry in part.entries.items():
                        node.entries.setdefault(name, entry)
                else:
                    self.error("K101", "'<<' takes a map or a list of maps", key.place, "write <<: *name")

    # -- problems --------------------------------------------------------------

    def enough_of(self, code: str) -> bool:
        """Count a problem of a code without a word when enough of them were reported."""
        if self._said[code] <= MAX_OF_A_KIND:
            return False
        self._said[code] += 1
        return True

    def error(self, code: str, message: str, place: Place, hint: str, related: Iterable[Related] = ()) -> None:
        """Report an error; after a hundred of one code the others are only counted."""
        self._say(Problem(code, message, place, hint, tuple(related)))

    def warning(self, code: str, message: str, place: Place, hint: str) -> None:
        """Report a warning, counted like errors."""
        self._say(Problem(code, message, place, hint, severity=Severity.WARNING))

    def _say(self, problem: Problem) -> None:
        self._said[problem.code] += 1
        if self._said[problem.code] <= MAX_OF_A_KIND:
            self._problems.add(problem)
        else:
            self._unsaid.setdefault(problem.code, problem)

    def finish(self) -> None:
        """Report how many problems of each code were only counted."""
        for code, problem in self._unsaid.items():
            more = self._said[code] - MAX_OF_A_KIND - 1
            self._problems.add(replace(problem, message=f"{problem.message} (and {more} more of {code})"))
