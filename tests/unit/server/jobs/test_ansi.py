"""What machines print reaches readers as text and colours, and as nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from kombify.server.jobs.ansi import Coloured, Form, Html, Plain

GREEN = "\x1b[0;32mok: [nas]\x1b[0m\n"
NASTY = [
    "\x1b]52;c;cm0gLXJmIC8=\x07",  # writes to the clipboard
    "\x1b]0;title\x1b\\",
    "\x1b[6n",  # asks the terminal to type
    "\x1b[2J\x1b[1;1H",
    "\x1bP+q544e\x1b\\",
    "\x1bc",
    "\x1b(0",
    "\x9b31m",
    "\x07\x08\x00\x7f\r",
    "\x1b[" + "1;" * 200 + "m",
]


def fed(form: Form, text: str, size: int = 10**9) -> str:
    return "".join(form.feed(text[start : start + size]) for start in range(0, len(text), size)) + form.end()


@pytest.mark.parametrize("nasty", NASTY, ids=[repr(one)[:16] for one in NASTY])
@pytest.mark.parametrize("size", [1, 3, 10**6])
def test_no_sequence_but_colours_reaches_a_terminal(nasty: str, size: int) -> None:
    seen = fed(Coloured(), f"a{nasty}{GREEN}", size)
    assert re.sub(r"\x1b\[[0-9;]*m", "", seen).isprintable() or "\n" in seen
    assert seen.endswith(GREEN)
    assert re.findall(r"\x1b[^\[]|\x1b\[[0-9;]*[^0-9;m]|[\x00-\x08\x0b-\x1a\x7f-\x9f]", seen) == []


@pytest.mark.parametrize("size", [1, 2, 7, 10**6])
def test_colours_are_left_out_of_plain_text_wherever_it_is_cut(size: int) -> None:
    assert fed(Plain(), f"PLAY\n{GREEN}\x1b[1;31mfatal\x1b[0m\t✓\n", size) == "PLAY\nok: [nas]\nfatal\t✓\n"


@pytest.mark.parametrize("size", [1, 5, 10**6])
def test_colours_become_spans(size: int) -> None:
    text = "\x1b[0;32mok\x1b[0m \x1b[1;91mbad\x1b[22m \x1b[38;5;208mmild\x1b[39m \x1b[48;2;1;2;3mx"
    assert fed(Html(), text, size) == (
        '<span class="f2">ok</span> <span class="b f9">bad</span><span class="f9"> </span>'
        '<span style="color:#ff8700">mild</span> <span style="background:#010203">x</span>'
    )


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("size", [1, 4, 10**6])
def test_no_tag_of_a_machine_is_one_in_html(size: int) -> None:
    text = '<script>alert(1)</script>\x1b[31m"><img src=x onerror=y>&lt;\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07'
    tags = Tags()
    tags.feed(fed(Html(), text, size))
    assert tags.seen == {"span", "class"}
    assert tags.text == '<script>alert(1)</script>"><img src=x onerror=y>&lt;link'


def test_a_sequence_without_an_end_holds_nothing_back_for_long() -> None:
    """A machine that begins a sequence and never ends it costs time and memory in proportion, in any part size."""
    script = (
        "from kombify.server.jobs.ansi import *\n"
        "for form in (Plain(), Coloured(), Html()):\n"
        "    seen = sum(len(form.feed('\\x1b]' * 500 + 'x' * 31000)) for _ in range(200))\n"
        "    assert seen > 5_000_000, seen\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=300)
