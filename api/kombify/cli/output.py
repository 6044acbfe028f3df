"""Where a command writes: results to stdout, everything else to stderr, and nothing that could steer a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from kombify.cli.options import Format

# Control characters, and those that turn the direction of text: a spec may hold them, a terminal must not get them.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STYLE = re.compile("(\x1b\\[[0-9;]*m)")
_PLAIN = "\x1b[0m"
_BUSY_AFTER = 1.0
_UNLIMITED = 10_000


def harmless(text: str) -> str:
    """Return a text whose steering characters are shown as escapes."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class SafeConsole(Console):
    """A console whose content cannot steer the terminal; colours still can."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render an object, its steering characters made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


class Output:
    """Stdout and stderr of one command. ``color`` None means: as the terminal and the environment say."""

    def __init__(self, color: bool | None = None) -> None:
        self.stdout = _console(color, stderr=False)
        self.stderr = _console(color, stderr=True)

    def show(self, *parts: RenderableType) -> None:
        """Show something to people."""
        _show(self.stdout, parts)

    def tell(self, *parts: RenderableType) -> None:
        """Show something to people beside the result, and after what was shown of it."""
        sys.stdout.flush()
        _show(self.stderr, parts)

    def document(self, text: str) -> None:
        """Write a whole text as it is, such as Markdown or YAML."""
        sys.stdout.write(harmless(text))
        if not text.endswith("\n"):
            sys.stdout.write("\n")

    def printed(self, text: str) -> None:
        """Write at once what another program printed: its colours if they are wanted, nothing else that steers."""
        pieces = _STYLE.split(text)
        styles = pieces[1::2] if self.stdout.color_system is not None else [""] * (len(pieces) // 2)
        pieces[1::2] = styles
        pieces[::2] = [harmless(piece) for piece in pieces[::2]]
        self.stdout.file.write(f"{''.join(pieces)}{_PLAIN if any(styles) else ''}\n")
        self.stdout.file.flush()

    def rendered(self, render: Callable[[bool], str], *, beside: bool = False) -> None:
        """Write a text that makes itself harmless and brings its own colours, if it is told to."""
        console = self.stderr if beside else self.stdout
        sys.stdout.flush()
        console.file.write(f"{render(console.color_system is not None)}\n")

    def answer(self, form: Format, data: Any, text: Iterable[RenderableType]) -> None:
        """Write the result of a command: data for a program, or a text for people."""
        if form is Format.JSON:
            self.json(data)
        else:
            self.show(*text)

    def json(self, data: Any) -> None:
        """Write data for a program."""
        self.document(json.dumps(data, indent=2, ensure_ascii=False))

    def line(self, data: Any) -> None:
        """Write data for a program that reads line by line, at once."""
        self.document(json.dumps(data, ensure_ascii=False))
        sys.stdout.flush()

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Say what takes so long, if it takes more than a second and somebody is watching."""
        status = self.stderr.status(what)
        timer = threading.Timer(_BUSY_AFTER, status.start)
        timer.daemon = True
        if self.stderr.file.isatty():
            timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if timer.is_alive():
                timer.join()
            status.stop()


def _console(color: bool | None, *, stderr: bool) -> Console:
    if color is None and os.environ.get("NO_COLOR"):
        color = False
    console = SafeConsole(
        stderr=stderr,
        force_terminal=color or None,
        color_system=None if color is False else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )
    if not console.file.isatty():
        # A pipe has no width: what a program reads is not wrapped.
        console.width = _UNLIMITED
    return console


def _show(console: Console, parts: Iterable[RenderableType]) -> None:
    for part in parts:
        with console.capture() as captured:
            console.print(part, soft_wrap=isinstance(part, Text))
        # Cells are padded to their column; nobody needs the spaces at the end of a line.
        console.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
