"""Server-sent events: from the bytes of an answer to messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Message(NamedTuple):
    """One message; the id says where to go on after it."""

    id: str
    event: str
    data: str


def messages(chunks: Iterable[bytes]) -> Iterator[Message | None]:
    """Yield the messages of a stream that are complete; None for a sign of life."""
    fields: dict[str, list[str]] = {}
    for line in _lines(chunks):
        if line.startswith(b":"):
            yield None
        elif line:
            name, _colon, value = line.decode("utf-8", "replace").partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        else:
            if "data" in fields:
                yield Message(_last(fields, "id"), _last(fields, "event") or "message", "\n".join(fields["data"]))
            fields = {}


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole lines. Only a line feed ends one: what Ansible printed may hold every other separator there is."""
    begun: list[bytes] = []
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        begun.append(first)
        for other in others:
            yield b"".join(begun).removesuffix(b"\r")
            begun = [other]


def _last(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[-1]
