"""Plans of stacks, made once for each state of their files."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from kombify.engine.stacks import Stacks


@dataclass(frozen=True)
class Planned:
    """What a stack's spec says."""

    unified: Unified | None
    """The plan; none when the spec has errors."""
    problems: tuple[dict[str, object], ...]

    @property
    def hosts(self) -> frozenset[str]:
        """The names of the machines."""
        return frozenset(self.unified.nodes) if self.unified else frozenset()


class Plans:
    """The plans of all stacks. Making one takes a moment: call this in a thread."""

    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks
        self._lock = threading.Lock()
        self._known: dict[str, tuple[object, Planned]] = {}

    def of(self, stack: str) -> Planned:
        """Return the plan of a stack as its files are now. Raises :class:`kombify.engine.errors.NotFound`."""
        folder = self._stacks.folder(stack)
        today = datetime.now(UTC).date()
        state = (self._stacks.fingerprint(stack), today)
        with self._lock:
            known = self._known.get(stack)
            if known is None or known[0] != state:
                plan = open_project(Path(folder)).plan(today)
                made = Planned(plan.unified, tuple(problem.as_dict() for problem in plan.problems))
                known = self._known[stack] = (state, made)
        return known[1]
