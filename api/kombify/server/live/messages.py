"""What is told: a word, and a JSON object. It is written once, for however many listen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import RowMapping

from kombify.server.jobs.ansi import colours_only

HEARTBEAT = b": alive\n\n"
STATE, JOB, EVENT, END, BYE = "state", "job", "event", "end", "bye"
WORKER, NOTICE = "worker", "notice"
_OTHER_ENDS = {sign.encode(): rb"\u%04x" % ord(sign) for sign in "\x85\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Message:
    """One piece of news."""

    event: str
    data: bytes
    """A JSON object."""
    counter: int = 0
    """Of an event of a job: where to go on behind it."""

    def as_sse(self) -> bytes:
        """Return it as a server-sent event."""
        number = b"id: %d\n" % self.counter if self.counter else b""
        return b"event: %b\n%bdata: %b\n\n" % (self.event.encode(), number, self.data)

    def as_text(self, channel: str) -> str:
        """Return it as a message of a channel."""
        return f'{{"channel":{quoted(channel)},"event":"{self.event}","data":{self.data.decode()}}}'


def quoted(text: str) -> str:
    """Return a text as JSON."""
    return orjson.dumps(text).decode()


def message(event: str, data: Mapping[str, Any], counter: int = 0) -> Message:
    """Return a message."""
    return Message(event, _in_one_line(orjson.dumps(data)), counter)


def bye(reason: str, *, again: bool) -> Message:
    """Return the last message to somebody who is left before the end; ``again`` says whether to come back."""
    return message(BYE, {"reason": reason, "again": again})


def job_message(event: str, row: RowMapping, names: Iterable[str]) -> Message:
    """Return how a job is."""
    return message(event, {name: row[name] for name in names})


def event_messages(rows: Sequence[RowMapping]) -> list[Message]:
    """Return events of a job. ``cut`` counts the characters of their output that are left out."""
    told = []
    for row in rows:
        data = dict(row)
        if not data["stdout"].isprintable():
            data["stdout"] = colours_only(data["stdout"])
        told.append(message(EVENT, data, data["counter"]))
    return told


def _in_one_line(data: bytes) -> bytes:
    """Write those ends of lines as JSON does others that only some clients take for one."""
    for sign, written in _OTHER_ENDS.items():
        data = data.replace(sign, written)
    return data
