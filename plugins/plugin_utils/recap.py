# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did, stage by stage: counts, times, and failures with advice. Fed by the callback and by `kombify up`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.plan.stages import STAGES
from ansible_collections.kombify.stack.plugins.plugin_utils.advice import Advice, advise

STAGE_OF_TITLE = {stage.title: stage.name for stage in STAGES}


class Failure(NamedTuple):
    """A task that failed on a host."""

    stage: str
    host: str
    task: str
    advice: Advice


@dataclass
class Tally:
    """The counts of one stage, as Ansible counts: what was changed is ok too. ``failed`` counts hosts."""

    hosts: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    ok: int = 0
    changed: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the counts for a program."""
        counts = {"hosts": len(self.hosts), "ok": self.ok, "changed": self.changed, "failed": len(self.failed)}
        return {**counts, "seconds": round(self.seconds, 1)}


class Recap:
    """Adds up the events of a run. Moments are in seconds, from any zero."""

    def __init__(self) -> None:
        self.stages: dict[str, Tally] = {}
        self.failures: list[Failure] = []
        self.current = ""
        self.began = 0.0

    def play(self, name: str, moment: float) -> None:
        """Begin a play. One whose name is no stage's title belongs to the stage before it, if there is one."""
        self.end(moment)
        if name in STAGE_OF_TITLE or self.current not in STAGE_OF_TITLE.values():
            self.current = STAGE_OF_TITLE.get(name, name)
        self.stages.setdefault(self.current, Tally())

    def begin(self, host: str) -> None:
        """Count a host that has begun a task."""
        self.stages[self.current].hosts.add(host)

    def ok(self, *, changed: bool) -> None:
        """Count a task that succeeded, or whose failure does not matter."""
        tally = self.stages[self.current]
        tally.ok += 1
        tally.changed += changed

    def failed(self, host: str, task: str, result: Mapping[str, Any], action: str = "") -> None:
        """Keep a failure."""
        self.stages[self.current].failed.add(host)
        self.failures.append(Failure(self.current, host, task, advise(host, result, action)))

    def end(self, moment: float, broken: Mapping[str, int] | None = None) -> None:
        """End what runs. At the end of all, ``broken`` has the failures of each host that nothing rescued."""
        if self.current:
            self.stages[self.current].seconds += moment - self.began
        self.began = moment
        if broken is not None:
            self._forget_rescued(broken)

    def _forget_rescued(self, broken: Mapping[str, int]) -> None:
        """Leave of each host as many failures as count, the last ones: what came before was rescued."""
        seen: Counter[str] = Counter()
        kept: list[Failure] = []
        for failure in reversed(self.failures):
            seen[failure.host] += 1
            if seen[failure.host] <= broken.get(failure.host, 0):
                kept.insert(0, failure)
        self.failures = kept
        for name, tally in self.stages.items():
            tally.failed = {failure.host for failure in kept if failure.stage == name}
