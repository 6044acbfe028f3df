"""The live view on a terminal: stages with their counts, and what each host does just now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ansible_collections.kombify.stack.plugins.plugin_utils.recap import Tally
from kombify.cli.output import Output
from kombify.cli.views.run.progress import Progress
from kombify.cli.views.run.words import duration

HOSTS_SHOWN = 8
BETWEEN = 0.1
"""Seconds between two pictures."""


class LiveView:
    """Draws a picture of the progress now and then; differences of files run through above it."""

    def __init__(self, output: Output, title: str) -> None:
        self.progress = Progress()
        self._title = title
        self._drawn = 0.0
        self._live = Live(console=output.stdout, auto_refresh=False, transient=True, vertical_overflow="crop")
        self._live.start()

    def event(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        self.progress.feed(event)
        if event["event"] == "runner_on_file_diff" and event.get("stdout", "").strip():
            data = event["event_data"]
            self._live.console.print(Text(f"{data['host']}: {data['task']}", "bold"))
            self._live.console.print(Text.from_ansi(event["stdout"].strip("\n")))
        self.pause()

    def pause(self) -> None:
        """Draw, if the last picture is old enough."""
        now = time.monotonic()
        if now - self._drawn >= BETWEEN:
            self._drawn = now
            self._live.update(self._picture(), refresh=True)

    def close(self) -> None:
        """Take the picture away."""
        self._live.update("")
        self._live.stop()

    def _picture(self) -> RenderableType:
        recap, now = self.progress.recap, time.time()
        grid = Table.grid(padding=(0, 2))
        for number in range(6):
            grid.add_column(justify="left" if number == 0 else "right", no_wrap=True)
        for name, tally in recap.stages.items():
            running = name == recap.current
            seconds = tally.seconds + (now - recap.began if running and recap.began else 0)
            grid.add_row(Text(name, "bold cyan" if running else ""), *_counts(tally), duration(seconds))
        head = Text.assemble((self._title, "bold"), f"  {duration(now - self.progress.began)}")
        return Group(head, grid, *self._hosts(now))

    def _hosts(self, now: float) -> Iterator[RenderableType]:
        doing = self.progress.doing
        for host, what in list(doing.items())[:HOSTS_SHOWN]:
            line = Text.assemble("  ", (host, "cyan"), f"  {what.task}  ", (duration(now - what.since), "dim"))
            line.no_wrap, line.overflow = True, "ellipsis"
            yield line
        if len(doing) > HOSTS_SHOWN:
            yield Text(f"  and {len(doing) - HOSTS_SHOWN} more hosts", "dim")


def _counts(tally: Tally) -> Iterator[Text]:
    """Return the cells of a stage; what counts nothing is left out."""
    yield Text(f"{len(tally.hosts)} hosts" if len(tally.hosts) != 1 else "1 host")
    yield Text(f"{tally.ok} ok", "green" if tally.ok else "dim")
    yield Text(f"{tally.changed} changed", "yellow" if tally.changed else "dim")
    yield Text(f"{len(tally.failed)} failed" if tally.failed else "", "bold red")
