"""One job as server-sent events. Whoever comes again with the last number that he has seen misses nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator

from sqlalchemy.exc import SQLAlchemyError

from kombify.server.live.messages import HEARTBEAT, Message, bye
from kombify.server.live.passes import FRESH, NO_MORE
from kombify.server.live.pulse import AGAIN, Pulse
from kombify.server.live.subscriptions import Ended

RETRY = b"retry: 1000\n\n"
"""Milliseconds after which a browser comes again."""
PART = 65_536
"""Bytes that are sent at once."""
SILENCE = 15.0
"""Seconds after which something is sent, so that nobody in between takes the stream for dead."""
STOPPING = "the service stops"


async def job_stream(
    pulse: Pulse, job_id: int, after: int, still_good: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes, None]:
    """Yield how the job is, its events behind a counter, and its end."""
    yield RETRY
    wake = asyncio.Event()
    with pulse.follow(job_id, after, wake) as subscription:
        said = time.monotonic()
        while not subscription.over:
            wake.clear()
            try:
                if pulse.closing:
                    raise Ended(STOPPING, again=True)
                if not await still_good():
                    raise Ended(NO_MORE, again=False)
                messages = await subscription.take()
            except Ended as end:
                yield bye(str(end), again=end.again).as_sse()
                return
            except (SQLAlchemyError, OSError):  # the database does not answer: it will
                await asyncio.sleep(AGAIN)
                continue
            if messages:
                for part in _parts(messages):
                    yield part
            elif await _nothing_happens(wake) and time.monotonic() - said >= SILENCE:
                yield HEARTBEAT
            else:
                continue
            said = time.monotonic()


def _parts(messages: Iterable[Message]) -> Iterator[bytes]:
    """Join messages, but not more than a slow reader's connection should hold."""
    part = b""
    for message in messages:
        part += message.as_sse()
        if len(part) >= PART:
            yield part
            part = b""
    if part:
        yield part


async def _nothing_happens(wake: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(FRESH):
            await wake.wait()
    except TimeoutError:
        return True
    return False
