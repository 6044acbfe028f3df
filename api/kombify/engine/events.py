"""From what a job wrote to rows: each event once, and how every host fares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson

CHUNK = 1 << 20
"""Bytes that are read at once; about a thousand events."""
COUNTED = {
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
    "runner_on_skipped": "skipped",
}
TOTALS = {
    "ok": "ok",
    "changed": "changed",
    "failures": "failed",
    "dark": "unreachable",
    "skipped": "skipped",
    "rescued": "rescued",
    "ignored": "ignored",
}
"""Ansible's words in its last event, and ours."""
CUT_SHORT = "playbook_on_no_hosts_remaining"
END = "playbook_on_stats"


class Batch(NamedTuple):
    """Events, and the offset in the file behind them."""

    events: list[dict[str, Any]]
    offset: int


def read_batch(path: Path, offset: int, size: int = CHUNK) -> Batch:
    """Return the whole lines behind an offset, at most about so many bytes of them.

    Of a line that is still being written, or was cut off by a kill, nothing is taken. A line that is broken in itself
    (a disk was full) is left out; the gap in the counters tells.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return Batch([], offset)
    with file:
        file.seek(offset)
        block = file.read(size)
        if len(block) == size and b"\n" not in block:
            block += file.readline()
    whole = block[: block.rfind(b"\n") + 1]
    return Batch(list(_parsed(whole.splitlines())), offset + len(whole))


def _parsed(lines: Iterable[bytes]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(event, dict) and isinstance(event.get("counter"), int):
            yield event


def row_of(job_id: int, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of an event."""
    data = event.get("event_data") or {}
    result = data.get("res")
    name = _text(event.get("event"))
    return {
        "job_id": job_id,
        "counter": event["counter"],
        "uuid": _text(event.get("uuid")),
        "parent_uuid": _text(event.get("parent_uuid")),
        "event": name,
        "host": _text(data.get("host")),
        "play": _text(data.get("play")),
        "task": _text(data.get("task")),
        "role": _text(data.get("role")),
        "changed": isinstance(result, dict) and result.get("changed") is True,
        "failed": _failed(name, data),
        "start_line": event.get("start_line") or 0,
        "end_line": event.get("end_line") or 0,
        "stdout": _text(event.get("stdout")),
        "created_at": _text(event.get("created")),
        "data": data,
    }


def _text(value: object) -> str:
    """Return a text that every database can hold: PostgreSQL has no NUL."""
    return "" if value is None else str(value).replace("\0", "\ufffd")


def _failed(name: str, data: Mapping[str, Any]) -> bool:
    failures = ("runner_on_failed", "runner_item_on_failed", "runner_on_async_failed", "runner_on_unreachable")
    return name in failures and not data.get("ignore_errors")


@dataclass
class Count:
    """How one host fares."""

    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0
    finished: bool = False


@dataclass
class Tally:
    """How all hosts of a job fare. It counts while the job runs; at the end Ansible's own totals replace the counts."""

    hosts: dict[str, Count] = field(default_factory=dict)
    cut_short: bool = False
    """Whether Ansible gave up before the end of the playbook."""

    def add(self, rows: Iterable[Mapping[str, Any]]) -> set[str]:
        """Count the rows of events, and return the hosts of which something changed."""
        touched: set[str] = set()
        for row in rows:
            touched |= self._add(row)
        return touched

    def rows(self, job_id: int, hosts: Iterable[str]) -> list[dict[str, Any]]:
        """Return the summaries of hosts as rows."""
        return [{"job_id": job_id, "host": host, **asdict(self.hosts[host])} for host in sorted(hosts)]

    def _add(self, row: Mapping[str, Any]) -> set[str]:
        event, host = row["event"], row["host"]
        if event == CUT_SHORT:
            self.cut_short = True
        if event == END:
            return self._total(row["data"])
        if not host or not (event in COUNTED or event == "runner_on_start"):
            return set()
        count = self.hosts.setdefault(host, Count())
        if event in COUNTED:
            self._count(count, COUNTED[event], row)
        return {host}

    @staticmethod
    def _count(count: Count, word: str, row: Mapping[str, Any]) -> None:
        if word == "failed" and row["data"].get("ignore_errors"):
            count.ignored += 1
            word = "ok"
        setattr(count, word, getattr(count, word) + 1)
        count.changed += row["changed"] and word == "ok"

    def _total(self, data: Mapping[str, Any]) -> set[str]:
        named = {host for word in (*TOTALS, "processed") for host in data.get(word) or {}}
        for host in named:
            count = self.hosts.setdefault(host, Count())
            for word, ours in TOTALS.items():
                setattr(count, ours, int((data.get(word) or {}).get(host, 0)))
            count.finished = not (self.cut_short or count.failed or count.unreachable)
        return named
