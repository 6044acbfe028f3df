"""What the service logs: lines for people, or JSON objects for programs. Always to stderr."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog

QUIET = ("uvicorn", "dbos", "alembic", "httpx", "asyncio", "aiosqlite")
"""Who says much that only its authors need."""


def log_to(stream: TextIO, level: str, *, as_json: bool, color: bool) -> None:
    """Let everything that is logged come out of a stream."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_for_programs() if as_json else _for_people(color)),
            ],
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(level.upper() if level == "debug" else "WARNING")
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def for_programs(stream: TextIO, wanted: str) -> bool:
    """Tell whether logs shall be JSON: when that is said, or when nobody looks at a terminal."""
    return wanted == "json" or (wanted != "text" and not stream.isatty())


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what the application has logged already, in its own words."""
    return "Exception in ASGI application" not in str(record.msg)


def _for_programs() -> list[Any]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _for_people(color: bool) -> list[Any]:
    return [structlog.dev.ConsoleRenderer(colors=color, pad_event_to=0)]


def stderr() -> TextIO:
    """Return where logs go."""
    return sys.stderr
