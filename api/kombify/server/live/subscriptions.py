"""What one listener wants to hear, and how far he has got. Each takes at his own pace; nothing is queued for him."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from kombify.server.live.feeds import ChannelFeed, JobFeed
from kombify.server.live.messages import END, Message, job_message
from kombify.server.live.news import PAGE, TOLD

EventsBehind = Callable[[int, int], Awaitable[list[Message]]]
"""Reads events of a job behind a counter from the database."""


class Ended(Exception):
    """There will be nothing more; ``again`` says whether it makes sense to come back."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Subscription(Protocol):
    """One listener's place in a feed."""

    @property
    def ready(self) -> bool:
        """Whether nothing new is missed any more."""

    @property
    def over(self) -> bool:
        """Whether the last message was taken."""

    async def take(self) -> list[Message]:
        """Return some messages that were not taken yet, or none; raise :class:`Ended` when it cannot go on."""


class ChannelSubscription:
    """A listener to a channel, from now on."""

    over = False

    def __init__(self, feed: ChannelFeed) -> None:
        self._feed = feed
        self._number = feed.tail.last

    @property
    def ready(self) -> bool:
        """Whether nothing new is missed any more."""
        return self._feed.ready

    async def take(self) -> list[Message]:
        """Return what is new."""
        messages = self._feed.tail.behind(self._number)
        if messages is None:
            raise Ended("you read too slowly, and some messages are gone", again=True)
        some = messages[:PAGE]
        self._number += len(some)
        return some


class JobSubscription:
    """A listener to one job: its state, the events behind a counter, and its end when all events were told."""

    def __init__(self, feed: JobFeed, after: int, events_behind: EventsBehind) -> None:
        self.over = False
        self._feed = feed
        self._events_behind = events_behind
        self._after = after
        self._version = 0

    @property
    def ready(self) -> bool:
        """Whether it is known how the job is."""
        return self._feed.ready

    async def take(self) -> list[Message]:
        """Return how the job is if that is new, and the next events; the end comes behind all of them."""
        feed = self._feed
        if not feed.ready or self.over:
            return []
        if feed.own is None:
            raise Ended(f"there is no job {feed.id}", again=False)
        over, states = feed.over, []
        if not feed.stored or not self._version:  # the last state of a job comes behind its events
            states = self._new_states()
        events = await self._events()
        if states or events or not over:
            return states + events
        self.over = True
        return [*self._new_states(), job_message(END, feed.own, TOLD)]

    async def _events(self) -> list[Message]:
        filled = self._feed.filled
        if self._after >= filled:
            return []
        events = self._feed.tail.behind(self._after)
        if events is None:
            events = await self._events_behind(self._feed.id, self._after)
        some = events[:PAGE]
        self._after = some[-1].counter if some else filled  # those in between were removed, or never came
        return some

    def _new_states(self) -> list[Message]:
        new = sorted((version, told) for version, told in self._feed.states.values() if version > self._version)
        self._version = self._feed.version
        return [told for _version, told in new]
