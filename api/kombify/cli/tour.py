"""A tour through commands: each is shown as one would type it, run, and timed."""

from __future__ import annotations

import os
import time
from pathlib import Path

from rich.text import Text

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN
from kombify.cli.ending import Code, Ended, Stop, guarded
from kombify.cli.output import Output
from kombify.cli.views.run.progress import Progress
from kombify.cli.views.run.words import changes, duration
from kombify.runner.follow import follow
from kombify.runner.job import find_job, jobs_folder


def demo_spec() -> Path:
    """Return the spec of the demo, as a path that is short to type."""
    spec = BUILTIN.resolve().parent / "inventories/demo/kombination.yaml"
    here = Path.cwd()
    return spec.relative_to(here) if spec.is_relative_to(here) else spec


class Tour:
    """Runs commands one after the other; the first that fails ends it."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._began = time.monotonic()
        self._took: list[tuple[str, float]] = []

    def step(self, title: str, *words: str) -> None:
        """Run one command."""
        self._output.show("", Text(f"# {title}", "bold"), Text(f"$ kombify {' '.join(words)}", "cyan"))
        began = time.monotonic()
        code = guarded(list(words))
        self._took.append((title, time.monotonic() - began))
        if code != Code.FINE:
            self._output.tell("", f"The demo ends here. The command can be repeated: kombify {' '.join(words)}")
            raise Ended(Code(code))

    def expect_no_changes(self, spec: Path) -> None:
        """Look into the last run: a second one that changes something would be a fault of ours."""
        job, progress = find_job(jobs_folder(spec.parent)), Progress()
        for recorded in follow(job):
            if recorded is not None:
                progress.feed(recorded.event)
        if changes(progress):
            raise Stop(f"the second run changed {changes(progress)} things", f"see what: kombify logs {spec}")

    def end(self, *next_steps: str) -> None:
        """Say how long it took, and what to do now."""
        self._output.show("")
        for title, seconds in self._took:
            self._output.show(Text(f"{duration(seconds):>12}  {title}"))
        whole = duration(time.monotonic() - self._began)
        self._output.show(Text(f"{whole:>12}  in all, on {os.cpu_count()} cores", "bold"), "", *next_steps)
