"""How news is written."""

from __future__ import annotations

import json

import pytest

from kombify.server.live.messages import message


@pytest.mark.parametrize("sign", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_a_message_is_one_line_for_every_client(sign: str) -> None:
    told = message("event", {"stdout": f"a{sign}b"}, 7)
    lines = told.as_sse().decode().splitlines()
    assert lines[:2] == ["event: event", "id: 7"]
    assert json.loads(lines[2].removeprefix("data: ")) == {"stdout": f"a{sign}b"}
    assert json.loads(told.as_text("jobs.1")) == {
        "channel": "jobs.1",
        "event": "event",
        "data": {"stdout": f"a{sign}b"},
    }
