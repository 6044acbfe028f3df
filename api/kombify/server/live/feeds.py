"""Where news is kept for the moment that it takes to pass it on: little, and the same for all who listen."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping

from kombify.server.live.messages import JOB, STATE, Message, job_message
from kombify.server.live.news import TOLD

MOST = 1_000
"""Messages that one feed keeps."""
HEAVIEST = 2_000_000
"""Bytes that one feed keeps, unless a single message is heavier."""


class Tail:
    """The last messages, by numbers that grow. Who is behind them has to look elsewhere."""

    def __init__(self, floor: int = 0) -> None:
        self.floor = floor
        """All messages with a higher number are here."""
        self._numbers: list[int] = []
        self._messages: list[Message] = []
        self._weight = 0

    @property
    def last(self) -> int:
        """The number of the last message."""
        return self._numbers[-1] if self._numbers else self.floor

    def put(self, number: int, message: Message) -> None:
        """Add a message, and let go of the older half when there are too many."""
        self._numbers.append(number)
        self._messages.append(message)
        self._weight += len(message.data)
        while len(self._messages) > 1 and (len(self._messages) > MOST or self._weight > HEAVIEST):
            gone = len(self._messages) // 2
            self.floor = self._numbers[gone - 1]
            self._weight -= sum(len(one.data) for one in self._messages[:gone])
            del self._numbers[:gone], self._messages[:gone]

    def behind(self, number: int) -> list[Message] | None:
        """Return all messages with a higher number; None when some of them are gone."""
        if number < self.floor:
            return None
        return self._messages[bisect_right(self._numbers, number) :]


class Feed:
    """Who listens to something."""

    def __init__(self) -> None:
        self.listeners: list[asyncio.Event] = []
        self.ready = False
        """Whether it is known how things are, so that nothing new will be missed from here on."""

    def wake(self) -> None:
        """Tell all who listen that there is something."""
        for listener in self.listeners:
            listener.set()


class ChannelFeed(Feed):
    """The news of a channel."""

    def __init__(self) -> None:
        super().__init__()
        self.tail = Tail()

    def put(self, message: Message) -> None:
        """Add a message."""
        self.tail.put(self.tail.last + 1, message)
        self.wake()


class JobFeed(Feed):
    """One job: how it is, how its parts are if it is a workflow, and the events that were stored last."""

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self.id = job_id
        self.own: RowMapping | None = None
        """How the job is; None when there is no such job."""
        self.version = 0
        """Grows with every change of a state."""
        self.states: dict[int, tuple[int, Message]] = {}
        """The last state of the job, and of its parts, with the version that it came in."""
        self.tail = Tail()
        self.filled = 0
        """Up to this counter all events that were stored are in the tail, or below its floor."""
        self._rows: dict[int, list[object]] = {}

    @property
    def stored(self) -> bool:
        """Whether no event will be added to the job any more."""
        return self.own is not None and bool(self.own["events_stored"])

    @property
    def over(self) -> bool:
        """Whether that is so, and all of them are known here."""
        return self.stored and not self.lacks_events

    @property
    def lacks_events(self) -> bool:
        """Whether events were stored that are not here yet."""
        return self.own is not None and self.own["reached"] > self.filled

    def see(self, rows: Iterable[RowMapping]) -> None:
        """Take the rows of the job and of its parts."""
        before, own = self.version, None
        for row in rows:
            if row["id"] == self.id:
                own = row
            self._see_state(row)
        gone, self.own = own is None and self.own is not None, own
        if not self.ready:
            self.ready = True
            self.filled = own["reached"] if own is not None else 0
            self.tail = Tail(self.filled)
            self.wake()
        elif gone or self.version != before:
            self.wake()

    def add(self, messages: Sequence[Message], *, all_of_them: bool) -> None:
        """Take events behind those that are here; all that there were, or only some."""
        for message in messages:
            self.tail.put(message.counter, message)
        reached = self.own["reached"] if self.own is not None and all_of_them else 0  # the last may never have come
        self.filled = max(self.filled, self.tail.last, reached)
        self.wake()

    def _see_state(self, row: RowMapping) -> None:
        values = [row[name] for name in TOLD]
        if self._rows.get(row["id"]) != values:
            self._rows[row["id"]] = values
            self.version += 1
            told = job_message(STATE if row["id"] == self.id else JOB, row, TOLD)
            self.states[row["id"]] = (self.version, told)
