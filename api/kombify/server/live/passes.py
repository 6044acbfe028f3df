"""Whether those who listen still may: a token can be revoked, or expire, while a stream goes on."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from kombify.server.access.door import Door
from kombify.server.problems import Problem

FRESH = 3.0
"""Seconds after which a token is looked at again."""
MOST = 10_000
"""Tokens that are remembered."""
NO_MORE = "your token was revoked or has expired"


class Passes:
    """Looks at tokens for all streams together: one that many use is looked at once."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._good: dict[str, tuple[float, bool]] = {}

    async def still_good(self, connection: HTTPConnection, text: str) -> bool:
        """Tell whether a token that was good still is. When nobody can say, it is."""
        moment = time.monotonic()
        looked, good = self._good.get(text, (0.0, True))
        if not good or moment - looked < FRESH:
            return good
        if len(self._good) >= MOST:
            self._good.clear()
        self._good[text] = (moment, True)  # before the answer, so that others do not ask too
        try:
            await self._door.enter(connection, text)
        except Problem:
            self._good[text] = (moment, False)
        except (SQLAlchemyError, OSError):
            pass
        return self._good[text][1]
