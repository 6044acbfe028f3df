"""The output of a job, put together from its events: any part of it, in any form, never all of it at once.

Nothing here holds more than a page of it: of a line of many megabytes, parts are read. No connection is held while
somebody takes his time to read.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import NamedTuple

import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.jobs.ansi import STYLE, Coloured, Form, Html, Plain
from kombify.store.models import Event

Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a connection that only reads, such as ``Service.reading``."""
PAGE = 250
"""Events that are read at once."""
PART = 32_768
"""Characters that are read at once of one event."""
TABLE = Event.__table__


class Format(StrEnum):
    """How the output is written."""

    TXT = "txt"
    ANSI = "ansi"
    JSON = "json"
    HTML = "html"


MEDIA_TYPES = {
    Format.TXT: "text/plain; charset=utf-8",
    Format.ANSI: "text/plain; charset=utf-8",
    Format.JSON: "application/json",
    Format.HTML: "text/html; charset=utf-8",
}

WRITERS: dict[Format, Callable[[], Form]] = {
    Format.TXT: Plain,
    Format.ANSI: Coloured,
    Format.JSON: Coloured,
    Format.HTML: Html,
}


class Span(NamedTuple):
    """Lines of the output: from ``start`` on, up to and without ``end``. The first line is 0."""

    start: int = 0
    end: int = sys.maxsize


ALL = Span()


async def line_count(connection: AsyncConnection, job_id: int) -> int:
    """Return how many lines the job has written."""
    last = select(func.coalesce(func.max(TABLE.c.end_line), 0)).where(TABLE.c.job_id == job_id)
    return int((await connection.execute(last)).scalar_one())


def span_of(total: int, start: int, end: int | None) -> Span:
    """Return the lines that are meant, of so many; a start below 0 counts from the end."""
    return Span(max(0, total + start) if start < 0 else start, sys.maxsize if end is None else end)


async def output(
    reading: Reading, job_id: int, form: Format, span: Span = ALL, total: int = 0
) -> AsyncGenerator[bytes, None]:
    """Yield the output in a form, part by part. ``total`` is what JSON tells about all lines of the job."""
    writer = WRITERS[form]()
    begin, end = _frame(form, span, total)
    yield begin
    async for text in raw_output(reading, job_id, span):
        yield _encoded(form, writer.feed(text))
    yield _encoded(form, writer.end()) + end


async def raw_output(reading: Reading, job_id: int, span: Span = ALL) -> AsyncGenerator[str, None]:
    """Yield the output as Ansible printed it."""
    after = 0
    while True:
        async with reading() as connection:
            pieces = await _pieces(connection, job_id, after, span)
        texts: list[str] = []
        for piece in pieces:
            if len(piece.text) == piece.length:
                texts.append(_within(piece.text + "\n", piece.start_line, span)[0])
                continue
            yield "".join(texts)
            texts = []
            async for text in _long_text(reading, job_id, piece, span):
                yield text
        yield "".join(texts)
        if len(pieces) < PAGE:
            return
        after = pieces[-1].counter


class _Piece(NamedTuple):
    """What one event wrote, or the beginning of it."""

    counter: int
    start_line: int
    text: str
    length: int


async def _pieces(connection: AsyncConnection, job_id: int, after: int, span: Span) -> list[_Piece]:
    column = TABLE.c
    begins = func.substr(column.stdout, 1, PART)
    some = (
        select(column.counter, column.start_line, begins, func.length(column.stdout))
        .where(column.job_id == job_id, column.counter > after)
        .where(or_(column.end_line > column.start_line, column.stdout != ""))
    )
    if span.start > 0:
        some = some.where(column.end_line > span.start)
    if span.end < sys.maxsize:
        some = some.where(column.start_line < span.end)
    rows = await connection.execute(some.order_by(column.counter).limit(PAGE))
    return [_Piece(*row) for row in rows]


async def _long_text(reading: Reading, job_id: int, piece: _Piece, span: Span) -> AsyncGenerator[str, None]:
    """Yield what an event wrote that is too long to be read at once."""
    this = (TABLE.c.job_id == job_id, TABLE.c.counter == piece.counter)
    text, line, place = piece.text, piece.start_line, 0
    while text:
        place += len(text)
        kept, line = _within(text, line, span)
        yield kept
        async with reading() as connection:
            part = select(func.substr(TABLE.c.stdout, place + 1, 2 * PART)).where(*this)
            text = (await connection.execute(part)).scalar() or ""
    yield _within("\n", line, span)[0]


def _within(text: str, line: int, span: Span) -> tuple[str, int]:
    """Return what of a text, which begins in a line, is in the span, and the line in which it ends."""
    last = line + text.count("\n")
    behind = last if text.endswith("\n") else last + 1
    if span.start <= line and behind <= span.end:
        return text, last
    lines = text.split("\n")
    first, behind = max(0, span.start - line), max(0, span.end - line)
    kept = lines[first:behind]
    cut_off = kept and behind < len(lines)
    return "\n".join(kept) + ("\n" if cut_off else ""), last


def _frame(form: Format, span: Span, total: int) -> tuple[bytes, bytes]:
    """Return what stands before and behind the output."""
    if form is Format.JSON:
        covered = orjson.dumps({"start": span.start, "end": min(span.end, total), "absolute_end": total})
        return b'{"range":' + covered + b',"content":"', b'"}'
    if form is Format.HTML:
        head = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Output</title><style>{STYLE}</style></head>'
        return f"{head}<body><pre>".encode(), b"</pre></body></html>\n"
    return b"", b""


def _encoded(form: Format, text: str) -> bytes:
    return orjson.dumps(text)[1:-1] if form is Format.JSON else text.encode()
