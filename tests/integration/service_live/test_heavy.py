"""Much output, long output, and output that is no text: the service stays small."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from conftest import Live

EVENTS = 100_000
MEGABYTES = 100
"""That the service may need on top of what it needs anyway."""
MEGABYTE = 1_000_000
TIMES = 10 * MEGABYTE // 18


def test_a_hundred_thousand_events_are_streamed_and_given_out_by_a_service_that_stays_small(live: Live, capsys) -> None:
    live.make()
    for start in range(0, EVENTS, 5_000):
        live.write(f"\x1b[0;32mok: [node-{number}]\x1b[0m" for number in range(start, start + 5_000))
    live.end()
    before = live.memory()
    began = time.monotonic()
    followers = [live.follow() for _ in range(3)]
    for follower in followers:
        assert follower.finished().counters == list(range(1, EVENTS + 1))
    streamed = time.monotonic() - began
    for form in ("txt", "ansi", "html"):
        assert live.stdout(form).count(b"ok: [node-") == EVENTS
    assert len(json.loads(live.stdout("json"))["content"].splitlines()) == EVENTS
    most = live.memory()
    with capsys.disabled():
        print(f"\n{EVENTS} events to 3 followers in {streamed:.1f} s; memory {before} -> {most} MB")
    assert most - before < MEGABYTES


def test_a_line_of_ten_megabytes_is_given_out_whole_by_a_service_that_stays_small(live: Live, capsys) -> None:
    live.make()
    line = "\x1b[31m<é>\x1b[0m 56789" * TIMES
    live.write(["before", line, "after"])
    live.end()
    before = live.memory()
    assert live.stdout("ansi").decode() == f"before\n{line}\nafter\n"
    assert live.stdout("txt").decode() == "before\n" + "<é> 56789" * TIMES + "\nafter\n"
    assert live.stdout("html").decode().count('<span class="f1">&lt;é&gt;</span> 56789') == TIMES
    assert json.loads(live.stdout("json"))["content"].count("\x1b[31m") == TIMES
    follower = live.follow().finished()
    assert follower.counters == [1, 2, 3]
    most = live.memory()
    with capsys.disabled():
        print(f"\na line of {len(line) / MEGABYTE:.0f} MB in four forms; memory {before} -> {most} MB")
    assert most - before < MEGABYTES
    page = httpx.get(f"{live.jobs}/1/events", headers=live.headers, timeout=60).json()
    assert ([len(event["stdout"]) for event in page["items"]], page["next"]) == ([6, len(line)], "2")


def test_bytes_that_are_no_text_reach_nobody_as_anything_else(live: Live) -> None:
    live.make()
    noise = "".join(map(chr, range(1, 256))) + "\ufffd\u2028\x1b]0;x\x07\x1b[2J\x1b"
    live.write([noise, "after"])
    live.end()
    for form in ("txt", "ansi", "html"):
        text = live.stdout(form).decode()
        assert "after\n" in text
        assert not set(text) & set(map(chr, [*range(9), *range(11, 32), *range(127, 160)]))
    assert json.loads(live.stdout("json"))["range"] == {"start": 0, "end": 2, "absolute_end": 2}
    assert live.follow().finished().counters == [1, 2]
