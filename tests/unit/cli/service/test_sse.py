"""Server-sent events, however the network cuts them."""

from __future__ import annotations

import pytest

from kombify.cli.sse import Message, messages

TEXT = (
    b"retry: 1000\n\n"
    b"event: state\ndata: {}\n\n"
    b": alive\n\n"
    b"id: 7\nevent: event\ndata: a\xe2\x80\xa8b\x85c\x0bd\n\n"
    b"data:one\ndata: two\r\n\r\n"
    b"id: 8\nevent: event\ndata: cut off"
)
FOUND = [
    Message("", "state", "{}"),
    None,
    Message("7", "event", "a\u2028b\ufffdc\x0bd"),
    Message("", "message", "one\ntwo"),
]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_messages_are_whole_however_they_arrive(size: int) -> None:
    chunks = [TEXT[start : start + size] for start in range(0, len(TEXT), size)]
    assert list(messages(chunks)) == FOUND
