"""A package proxy: it lets machines reach the allowed hosts only, and fetches a package once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kombify.sim.egress.cache import PackageCache
from kombify.sim.egress.sources import Site

_BLOCK = 65536
_PATIENCE = 60
_PER_HOP = {"connection", "proxy-connection", "keep-alive", "proxy-authorization", "te", "trailer", "upgrade"}
# A package is fetched whole, whatever a machine has of it.
_PARTIAL = {"range", "if-range", "if-modified-since"}
_BROKEN = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, TimeoutError)


class NoAnswer(Exception):
    """A host that is allowed cannot be reached."""


@dataclass(frozen=True)
class Head:
    """The first line and the fields of a request or an answer."""

    first: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> Head:
        """Read one."""
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.split("\r\n")
        parted = [line.partition(":") for line in lines if line]
        return cls(first, tuple((name.strip(), value.strip()) for name, _colon, value in parted))

    def get(self, name: str) -> str:
        """Return a field, empty if it is not there."""
        return next((value for key, value in self.fields if key.lower() == name), "")

    def without(self, names: set[str], **more: str) -> Head:
        """Return it without some fields and with others."""
        kept = tuple(field for field in self.fields if field[0].lower() not in names)
        return Head(self.first, (*kept, *((name.title(), value) for name, value in more.items())))

    def __bytes__(self) -> bytes:
        lines = [self.first, *(f"{name}: {value}" for name, value in self.fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class PackageProxy:
    """Serves the machines of one lab."""

    def __init__(self, allowed: frozenset[Site], cache: PackageCache) -> None:
        self._allowed = allowed
        self._cache = cache
        # Several machines want the same package at the same time: the first one fetches it.
        self._fetching: Mapping[Path, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer all requests of one connection."""
        try:
            while await self._answer(await Head.read(reader), reader, writer):
                await writer.drain()
        except _BROKEN:
            pass
        except NoAnswer as error:
            print(f"no answer: {error}", flush=True)
            writer.write(_message("502 Bad Gateway", f"The lab's package proxy got no answer from {error}"))
        except (OSError, ValueError) as error:
            print(f"error: {error}", flush=True)
        finally:
            writer.close()

    async def _answer(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection stays open."""
        method, target, _version = head.first.split(" ", 2)
        url = f"https://{target}" if method == "CONNECT" else target
        split = urlsplit(url)
        site = (split.hostname or "", split.port or 80)
        if site not in self._allowed:
            print(f"refused: {method} {target}", flush=True)
            writer.write(_message("403 Forbidden", self._refusal(site)))
            return False
        if method == "CONNECT":
            await _tunnel(site, reader, writer)
            return False
        if method not in {"GET", "HEAD"}:
            writer.write(_message("405 Method Not Allowed", "The lab's package proxy only fetches."))
            return False
        place = self._cache.place(url) if method == "GET" else None
        if place is None:
            return await _pass_on(head, site, writer)
        async with self._fetching[place]:
            if not place.exists():
                return await _pass_on(head.without(_PARTIAL), site, writer, cache=self._cache, place=place)
        await _send_file(place, writer)
        return True

    def _refusal(self, site: Site) -> str:
        known = ", ".join(sorted({host for host, _port in self._allowed})) or "none"
        return (
            f"Nodes of a lab reach only the package hosts of the machine that simulates them ({known}), "
            f"not {site[0]}:{site[1]}. Add it to that machine's own package sources (apt or pip)."
        )


async def _reach(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.wait_for(asyncio.open_connection(*site), _PATIENCE)
    except (OSError, TimeoutError) as error:
        raise NoAnswer(f"{site[0]}:{site[1]}: {error or 'too late'}") from error


async def _tunnel(site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes in both directions until one side ends."""
    far_reader, far_writer = await _reach(site)
    writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
    try:
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
    finally:
        far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(_BLOCK):
        writer.write(block)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _pass_on(
    head: Head,
    site: Site,
    writer: asyncio.StreamWriter,
    *,
    cache: PackageCache | None = None,
    place: Path | None = None,
) -> bool:
    """Ask the host and send what it answers; keep a package on the way."""
    method, target, _version = head.first.split(" ", 2)
    split = urlsplit(target)
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    request = Head(f"{method} {path} HTTP/1.1", head.fields).without(_PER_HOP, connection="close")
    far_reader, far_writer = await _reach(site)
    try:
        far_writer.write(bytes(request))
        answer = await asyncio.wait_for(Head.read(far_reader), _PATIENCE)
        status, length = answer.first.split(" ", 2)[1], answer.get("content-length")
        empty = method == "HEAD" or status in {"204", "304"}
        known = empty or length.isdecimal()
        # An answer whose length nobody knows ends with the connection.
        writer.write(bytes(answer.without(_PER_HOP, connection="keep-alive" if known else "close")))
        if empty:
            return True
        if not known:
            await _pump(far_reader, writer)
        elif cache is not None and place is not None and status == "200":
            with cache.writing(place) as file:
                await _copy(int(length), far_reader, writer, file.write)
        else:
            await _copy(int(length), far_reader, writer)
        return known
    finally:
        far_writer.close()


def _drop(_block: bytes) -> None:
    """Keep nothing."""


async def _copy(
    length: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Callable[[bytes], object] = bytes
) -> None:
    left = length
    while left:
        block = await asyncio.wait_for(reader.read(min(_BLOCK, left)), _PATIENCE)
        if not block:
            raise ConnectionError("it ended early")
        left -= len(block)
        keep(block)
        writer.write(block)
        await writer.drain()


async def _send_file(place: Path, writer: asyncio.StreamWriter) -> None:
    with place.open("rb") as file:
        size = place.stat().st_size
        fields = (("Content-Type", "application/octet-stream"), ("Content-Length", str(size)))
        writer.write(bytes(Head("HTTP/1.1 200 OK", fields)))
        while block := file.read(_BLOCK):
            writer.write(block)
            await writer.drain()


def _message(status: str, text: str) -> bytes:
    """Return an answer that a person reads in the output of apt or pip."""
    body = f"{text}\n".encode()
    fields = (("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Connection", "close"))
    return bytes(Head(f"HTTP/1.1 {status}", fields)) + body
