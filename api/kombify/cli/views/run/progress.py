"""How far a job is, out of its events."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.kombify.stack.plugins.plugin_utils.recap import Recap

STATISTICS = ("failures", "dark")


@dataclass(frozen=True)
class Doing:
    """What a host does just now."""

    task: str
    since: float


class Progress:
    """Takes events one by one; what came out of them can be looked at any time. Moments are seconds since 1970."""

    def __init__(self) -> None:
        self.recap = Recap()
        self.doing: dict[str, Doing] = {}
        self.began = self.moment = time.time()
        self.said: list[str] = []
        """What Ansible printed outside of plays, such as why it could not begin."""

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        kind, data = event["event"], event["event_data"]
        self.moment = datetime.fromisoformat(event["created"]).timestamp()
        if kind == "playbook_on_start":
            self.began = self.moment
        elif kind == "playbook_on_play_start":
            self.doing.clear()
            self.recap.play(data["name"], self.moment)
        elif kind == "runner_on_start":
            self.recap.begin(data["host"])
            self.doing[data["host"]] = Doing(data["task"], self.moment)
        elif kind.startswith("runner_on_") and "host" in data:
            self._result(kind, data)
        elif kind == "playbook_on_stats":
            self.end(_broken(data))
        elif kind in ("verbose", "error", "warning"):
            self.said.append(event.get("stdout", ""))

    def end(self, broken: Mapping[str, int] | None = None) -> None:
        """End what runs, when nothing more will come."""
        self.doing.clear()
        self.recap.end(self.moment, broken)

    def _result(self, kind: str, data: Mapping[str, Any]) -> None:
        host, result = data["host"], data.get("res") or {}
        if kind == "runner_on_ok" or (kind == "runner_on_failed" and data.get("ignore_errors")):
            self.recap.ok(changed=bool(result.get("changed")))
        elif kind in ("runner_on_failed", "runner_on_unreachable"):
            self.recap.failed(host, data["task"], result, data.get("task_action", ""))
        elif kind != "runner_on_skipped":
            return
        self.doing.pop(host, None)


def _broken(data: Mapping[str, Any]) -> dict[str, int]:
    """Return how many failures of each host were not rescued."""
    found: dict[str, int] = {}
    for counts in (data.get(name) or {} for name in STATISTICS):
        for host, number in counts.items():
            found[host] = found.get(host, 0) + number
    return found
