"""Answers that go on for long, to readers who may have stopped reading."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

PATIENCE = 30.0
"""Seconds for which a reader may take nothing of what is there for him."""

log = logging.getLogger(__name__)


class PatientResponse(StreamingResponse):
    """A stream of bytes, made as fast as it is read, and given up when nobody reads."""

    def __init__(
        self,
        content: AsyncGenerator[bytes, None],
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(content, headers=headers, media_type=media_type)
        self._content = content
        self._patience = patience

    async def stream_response(self, send: Send) -> None:
        """Send it."""

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        try:
            await super().stream_response(patiently)
        except TimeoutError:
            log.info("a reader took nothing for %g seconds: its stream ends", self._patience)
        finally:
            await self._content.aclose()  # now, and not when memory is tidied
