# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure things side by side, and keep the figures in docs/performance.md.

The machines that run this differ and drift, so two variants are run in turn and what counts is
their ratio, pair by pair; absolute times only show the order of magnitude.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REPORT = REPOSITORY / "docs" / "performance.md"


@dataclass(frozen=True)
class Pair:
    """Two variants, run in turn: seconds of each run."""

    first: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Median of first/second, pair by pair; below 1 the first is faster."""
        return statistics.median(one / two for one, two in zip(self.first, self.second, strict=True))

    @property
    def medians(self) -> tuple[float, float]:
        """Median seconds of both."""
        return statistics.median(self.first), statistics.median(self.second)


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], object], runs: int = 5) -> float:
    """Return the fastest of several calls: what the work itself costs without the machine's noise."""
    return min(seconds(work) for _run in range(runs))


def in_turn(first: Callable[[], object], second: Callable[[], object], runs: int = 5) -> Pair:
    """Run two variants in turn, after one uncounted run of each."""
    first()
    second()
    times = [(seconds(first), seconds(second)) for _run in range(runs)]
    return Pair(tuple(one for one, _two in times), tuple(two for _one, two in times))


def rounds(variants: Mapping[str, Callable[[], object]], runs: int) -> dict[str, tuple[float, ...]]:
    """Run several variants in turn and return the seconds of each; for work too slow to pair off two by two."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _run in range(runs):
        for name, work in variants.items():
            times[name].append(seconds(work))
    return {name: tuple(found) for name, found in times.items()}


def command(*words: str, says: str = "", cwd: Path | None = None, **environment: str) -> Callable[[], None]:
    """Return a call that runs a program of this environment; failing, or not saying a word, ends the benchmark."""
    programs = Path(sys.executable).parent
    variables = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}", **environment}

    def run() -> None:
        done = subprocess.run(words, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
        if done.returncode != 0 or says not in done.stdout:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")

    return run


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(subject: str, title: str, text: str) -> None:
    """Print a result, and put it into docs/performance.md in place of the last one of the same subject."""
    script = Path(sys.argv[0]).resolve().relative_to(REPOSITORY)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    section = f"## {title}\n\n{text}\n\nMeasured with `python {script}` ({machine}).\n"
    print(section)
    begin, end = f"<!-- begin {subject} -->\n", f"<!-- end {subject} -->\n"
    page = REPORT.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    if found:
        _old, _end, after = rest.partition(end)
        page = f"{before}{begin}{section}{end}{after}"
    else:
        page = f"{page.rstrip()}\n\n{begin}{section}{end}"
    REPORT.write_text(page, encoding="utf-8")
