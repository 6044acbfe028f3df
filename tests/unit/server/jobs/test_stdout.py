"""The output of a job: all of it or some lines, in every form, whatever is in it."""

from __future__ import annotations

import itertools
import json
import tracemalloc
from typing import TYPE_CHECKING

from kombify.server.jobs.stdout import PART, Format, Span, line_count, output, raw_output, span_of

if TYPE_CHECKING:
    from conftest import Readers

TEXTS = ["", "PLAY [all] ***", "\x1b[0;32mok: [nas]\x1b[0m", "one\ntwo\nthree", "<b>&\x1b]52;c;eA==\x07", "end"]
LINES = ["", "PLAY [all] ***", "ok: [nas]", "one", "two", "three", "<b>&", "end"]


def printed(readers: Readers, form: Format = Format.TXT, start: int = 0, end: int | None = None) -> str:
    async def read() -> str:
        async with readers.reading() as connection:
            total = await line_count(connection, 1)
        span = span_of(total, start, end)
        return b"".join([part async for part in output(readers.reading, 1, form, span, total)]).decode()

    return readers.run(read)


def test_all_lines_come_in_order(readers: Readers) -> None:
    readers.write(TEXTS)
    assert printed(readers).split("\n") == [*LINES, ""]
    assert printed(readers, Format.ANSI).split("\n")[2] == "\x1b[0;32mok: [nas]\x1b[0m"


def test_some_lines_are_those_that_were_asked_for(readers: Readers) -> None:
    readers.write(TEXTS)
    for start, end in itertools.product((-3, -1, 0, 1, 3, 4, 5, 7, 8, 99), (None, 0, 1, 4, 5, 6, 8, 99)):
        wanted = LINES[start if start >= 0 else len(LINES) + start : end]
        assert printed(readers, start=start, end=end) == "".join(f"{line}\n" for line in wanted), (start, end)


def test_json_says_which_lines_these_are(readers: Readers) -> None:
    readers.write(['say "hi"\\', "\x1b[31mred\x1b[0m", "✓ \U0001f600"])
    assert json.loads(printed(readers, Format.JSON, 1, 99)) == {
        "range": {"start": 1, "end": 3, "absolute_end": 3},
        "content": "\x1b[31mred\x1b[0m\n✓ \U0001f600\n",
    }
    assert json.loads(printed(readers, Format.JSON))["content"].startswith('say "hi"\\\n')


def test_html_is_a_page(readers: Readers) -> None:
    readers.write(TEXTS)
    page = printed(readers, Format.HTML)
    assert page.startswith("<!DOCTYPE html>")
    assert '<pre>\nPLAY [all] ***\n<span class="f2">ok: [nas]</span>\none' in page
    assert page.endswith("&lt;b&gt;&amp;\nend\n</pre></body></html>\n")


def test_a_job_that_wrote_nothing_has_no_output(readers: Readers) -> None:
    readers.write([])
    assert printed(readers) == ""
    assert json.loads(printed(readers, Format.JSON)) == {
        "range": {"start": 0, "end": 0, "absolute_end": 0},
        "content": "",
    }


def test_a_line_of_ten_megabytes_is_given_out_whole_and_never_held_whole(readers: Readers) -> None:
    line = "é0123456789" * 1_000_000
    readers.write(["before", line, "after"])

    async def read() -> tuple[int, int, str]:
        longest = length = 0
        end = ""
        tracemalloc.start()
        async for text in raw_output(readers.reading, 1):
            longest, length, end = max(longest, len(text)), length + len(text), (end + text)[-20:]
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert held < 8_000_000, "of a text of 10 MB"
        return longest, length, end

    longest, length, end = readers.run(read)
    assert length == len("before\n") + len(line) + 1 + len("after\n")
    assert longest <= 2 * PART
    assert end.endswith("\nafter\n")


def test_lines_of_a_long_text_can_be_asked_for(readers: Readers) -> None:
    lines = [f"line {number} {'x' * 50}" for number in range(5_000)]
    readers.write(["first", "\n".join(lines), "last"])
    assert printed(readers, start=4_000, end=4_003).splitlines() == lines[3_999:4_002]
    assert printed(readers, start=-2).splitlines() == [lines[-1], "last"]


def test_output_of_many_events_is_complete(readers: Readers) -> None:
    readers.write(f"line {number}" for number in range(1_001))
    assert printed(readers).splitlines() == [f"line {number}" for number in range(1_001)]


def test_a_span_counts_from_either_end() -> None:
    assert span_of(10, -3, None).start == 7
    assert span_of(2, -3, 1) == Span(0, 1)
