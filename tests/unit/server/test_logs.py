"""Logs: lines for people, JSON for programs, whoever logs and however."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kombify.server.logs import for_programs, log_to


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.getLogger("uvicorn.error").filters.clear()
    structlog.reset_defaults()


def written(level: str, *, as_json: bool, color: bool = False) -> list[str]:
    """What comes out of a few things that are said."""
    stream = io.StringIO()
    log_to(stream, level, as_json=as_json, color=color)
    log = logging.getLogger("kombify.test")
    log.debug("quiet")
    log.info("ready for %s", "all", extra={"url": "http://x"})
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n")
    structlog.get_logger("kombify.other").warning("hot", degrees=90)
    return stream.getvalue().splitlines()


def test_programs_get_an_object_a_line() -> None:
    lines = [json.loads(line) for line in written("info", as_json=True)]
    assert [(line["event"], line["level"]) for line in lines] == [("ready for all", "info"), ("hot", "warning")]
    assert (lines[0]["url"], lines[1]["degrees"]) == ("http://x", 90)
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_people_get_lines() -> None:
    first, second = written("info", as_json=False)
    assert "ready for all" in first
    assert "url=http://x" in first
    assert "degrees=90" in second
    assert "\x1b" not in first + second
    assert "\x1b" in "".join(written("info", as_json=False, color=True))


def test_more_is_said_when_that_is_wanted() -> None:
    assert len(written("debug", as_json=True)) == 4
    assert len(written("error", as_json=True)) == 0


def test_what_is_piped_is_for_programs_unless_somebody_says_otherwise() -> None:
    assert [for_programs(io.StringIO(), word) for word in ("auto", "json", "text")] == [True, True, False]
