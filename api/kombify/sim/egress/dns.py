"""A name server that knows the machines of a lab, and says at once that it knows nothing else."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

Lookup = Callable[[str], str | None]
"""From the name of a machine to its IPv4 address."""

_HEADER = struct.Struct(">6H")
_TYPE_A, _CLASS_IN, _TTL = 1, 1, 5
# An answer of ours, with authority and recursion, to a query that asked for recursion.
_ANSWER, _NO_SUCH_NAME = 0x8580, 0x8583
_NAME_OF_THE_QUESTION = 0xC00C


def reply(query: bytes, lookup: Lookup) -> bytes | None:
    """Answer a query: the address of a machine, nothing for other kinds of records of it, NXDOMAIN for all others.

    What is no query gets no answer.
    """
    try:
        number, flags, questions = _HEADER.unpack_from(query)[:3]
        if flags & 0x8000 or questions != 1:
            return None
        name, end = _question_name(query)
        kind, _class = struct.unpack_from(">2H", query, end)
    except (IndexError, UnicodeDecodeError, struct.error):
        return None
    question = query[_HEADER.size : end + 4]
    address = lookup(name)
    records = b""
    if address is not None and kind == _TYPE_A:
        record = struct.pack(">3HIH", _NAME_OF_THE_QUESTION, _TYPE_A, _CLASS_IN, _TTL, 4)
        records = record + socket.inet_aton(address)
    header = _HEADER.pack(number, _NO_SUCH_NAME if address is None else _ANSWER, 1, bool(records), 0, 0)
    return header + question + records


def _question_name(query: bytes) -> tuple[str, int]:
    """Return the name that is asked for, and where it ends."""
    labels, place = [], _HEADER.size
    while length := query[place]:
        if length > 63:
            raise IndexError
        labels.append(query[place + 1 : place + 1 + length].decode("ascii").lower())
        place += length + 1
    return ".".join(labels), place + 1


class NameServer(asyncio.DatagramProtocol):
    """Answers over UDP."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are sent with."""
        # asyncio's own transport for datagrams is not of that type in every Python.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a query."""
        answer = reply(data, self._lookup)
        if answer is not None:
            self._transport.sendto(answer, addr)
