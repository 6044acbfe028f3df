# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service against what it stands for: typing ``ansible-playbook``, and ``ansible-runner run``."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import harness
from serving import API, Served
from sqlalchemy import func, select

from kombify.engine.recorder import Recorder
from kombify.runner.environment import SETTINGS
from kombify.store.models import Event, Job, Run

JOBS, EVENTS = 10_000, 1_000_000
STARTS = 15
LONG_RUNS = 7
ASKED = 100
BURST = 50_000
PROGRAMS = Path(sys.executable).parent
WHY = """\
A launch wakes the queue at once. The job's process imports Ansible while it still takes its stack, reads the routing
tables of collections from a cache, and ends without tearing itself down. Events are written by Ansible's own process,
one line each: what ansible-runner costs is a file for each event, whose name it finds again in the output of a
terminal."""
PUBLISHED = """\
What others publish: AWX takes 1,100 to 1,630 events a second per control node; the API of the Ansible Automation
Platform answers in 500 ms (p50) and 1.5 s (p99) in its growth topology. Those are other machines: no ratio is given."""
MOMENT = re.compile(r"moment (\d+\.\d+)")
LISTS = {
    "floor: `/healthz`": "/healthz",
    "50 jobs of 10,000": f"{API}/jobs?limit=50",
    "50 jobs from the middle": f"{API}/jobs?limit=50&cursor=5000",
    "50 jobs of one stack": f"{API}/jobs?limit=50&stack=stack-7",
    "50 jobs that failed": f"{API}/jobs?limit=50&state=failed",
    "50 events of a job": f"{API}/jobs/5000/events?limit=50",
    "50 of AWX's jobs": "/api/v2/jobs/?page_size=50",
    "50 of AWX's job events": "/api/v2/jobs/5000/job_events/?page_size=50",
}


def environment(**more: str) -> dict[str, str]:
    """Return what somebody has who types a command in the virtual environment."""
    return {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}", **more}


def typed(served: Served) -> tuple[float, float]:
    """Type ``ansible-playbook``, and return the seconds to its first task and to its end."""
    begin = time.time()
    words = ["ansible-playbook", "-i", "kombination.yaml", "playbooks/hello.yml"]
    with subprocess.Popen(words, cwd=served.stack, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = next(time.time() for line in process.stdout if line.startswith("TASK ["))
        process.stdout.read()
    return first - begin, time.time() - begin


def launched(served: Served) -> tuple[float, float]:
    """Launch the same through the API, and return the same."""
    begin = time.time()
    job_id = served.launch("hello")
    served.wait(job_id)
    end = time.time()
    first = served.events(job_id, "playbook_on_task_start")[0]["created_at"]
    return datetime.fromisoformat(first).timestamp() - begin, end - begin


def with_runner(served: Served, folder: Path, playbook: str) -> str:
    """Run a playbook with ansible-runner's own command, and return what it printed."""
    project = folder / "runner" / "project"
    project.mkdir(parents=True, exist_ok=True)
    text = (served.stack / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    (project / f"{playbook}.yml").write_text(text, encoding="utf-8")
    inventory = str(served.stack / "kombination.yaml")
    words = ["ansible-runner", "run", str(project.parent), "-p", f"{playbook}.yml", "--inventory", inventory]
    done = subprocess.run(words, env=environment(**SETTINGS), stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def starts(served: Served, folder: Path) -> list[list[str]]:
    """Return rows: from the order to the first task, and to the end."""
    ours, theirs, runner = [launched(served)], [typed(served)], []
    for _start in range(STARTS):
        ours.append(launched(served))
        theirs.append(typed(served))
        runner.append(harness.seconds(lambda: with_runner(served, folder, "hello")))
    ends = [end for _first, end in ours[1:]]
    rows = []
    for what, mine, others in (
        (
            "`POST` to first task, against typing `ansible-playbook`",
            [a for a, _b in ours[1:]],
            [a for a, _b in theirs[1:]],
        ),
        ("`POST` to the end, against typing `ansible-playbook`", ends, [b for _a, b in theirs[1:]]),
        ("`POST` to the end, against `ansible-runner run`", ends, runner),
    ):
        ratio = harness.Pair(tuple(mine), tuple(others)).ratio
        figures = [f"{of(values):.2f}" for values in (mine, others) for of in (statistics.median, p95)]
        rows.append([what, *figures, f"{ratio:.2f}"])
    return rows


def p95(values: Sequence[float]) -> float:
    """Return what 95 of 100 values are below."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def recording(served: Served, folder: Path) -> list[list[str]]:
    """Return rows: how much longer a play takes when it is recorded, from its first task to its last."""

    def plain(playbook: str) -> str:
        words = ["ansible-playbook", "-i", "kombination.yaml", f"playbooks/{playbook}.yml"]
        options = {"cwd": served.stack, "env": environment(**SETTINGS), "stdout": subprocess.PIPE}
        return subprocess.run(words, text=True, check=True, **options).stdout  # type: ignore[call-overload,no-any-return]

    def ours(playbook: str) -> str:
        job_id = served.launch(playbook)
        served.wait(job_id)
        return json.dumps(served.get(f"{API}/jobs/{job_id}/stdout?format=json"))

    def theirs(playbook: str) -> str:
        return with_runner(served, folder, playbook)

    rows = []
    for playbook, what in (("loop", "1,000 items of a loop"), ("many", "12 tasks on 30 machines")):
        spans: dict[Callable[[str], str], list[float]] = {plain: [], ours: [], theirs: []}
        for _run in range(LONG_RUNS):
            for way, found in spans.items():
                moments = [float(moment) for moment in MOMENT.findall(way(playbook))]
                found.append(max(moments) - min(moments))
        floor = spans[plain]
        more = [harness.Pair(tuple(spans[way]), tuple(floor)).ratio - 1 for way in (ours, theirs)]
        rows.append([what, f"{statistics.median(floor):.1f}", *(f"{part:+.0%}" for part in more)])
    return rows


def ingest(served: Served, folder: Path) -> str:
    """Return how many events a second are stored of one job."""
    path = folder / "events.ndjson"
    event = {"uuid": "u", "event": "runner_on_ok", "created": "2026-11-21T10:00:00+00:00", "stdout": "ok: [box-01]"}
    data = {"host": "box-01", "play": "Prepare", "task": "Install", "res": {"changed": False, "msg": "x" * 700}}
    with path.open("w", encoding="utf-8") as file:
        for counter in range(1, BURST + 1):
            line = {**event, "counter": counter, "start_line": counter, "end_line": counter + 1, "event_data": data}
            file.write(f"{json.dumps(line)}\n")
    with served.database.begin() as session:
        job = Job(kind="job", stack="bench", state="running", request={}, ended_at=datetime.now().astimezone())
        session.add(job)
        session.flush()
        session.add(Run(job_id=job.id, worker="bench", folder=str(folder)))
    took = harness.seconds(Recorder(served.database, job.id, path).store)
    with served.database.read() as session:
        assert session.scalar(select(func.count()).where(Event.job_id == job.id)) == BURST
    return f"{BURST / took:,.0f}"


def lists(served: Served) -> list[list[str]]:
    """Return rows: how fast lists are."""
    times: dict[str, list[float]] = {name: [] for name in LISTS}
    for _time in range(ASKED):
        for name, path in LISTS.items():
            times[name].append(1000 * harness.seconds(lambda path=path: served.get(path)))  # type: ignore[misc]
    return [[name, f"{statistics.median(took):.1f}", f"{p95(took):.1f}"] for name, took in times.items()]


def measure(folder: Path) -> str:
    """Return the section of the report."""
    served = Served(folder)
    served.fill(JOBS, EVENTS)
    try:
        served.start()
        time.sleep(2)
        idle = served.memory()
        asked = lists(served)
        begun = starts(served, folder)
        recorded = recording(served, folder)
        served.kill()
        again = served.start()
        stored = ingest(served, folder)
        used = served.memory()
    finally:
        served.stop()
    limits = [
        ["memory of the service when it is idle (MB)", f"{idle:.0f}"],
        ["the same after all this, started again (MB)", f"{used:.0f}"],
        ["killed, started, ready for jobs (s)", f"{again:.1f}"],
        ["events stored a second, of one job, in SQLite", stored],
    ]
    header = ["what (s)", "ours p50", "ours p95", "theirs p50", "theirs p95", "ratio"]
    return "\n\n".join(
        [
            WHY,
            f"The database holds {JOBS:,} jobs and {EVENTS:,} events. A ratio below 1 says that the service is faster.",
            harness.table(header, begun),
            "How much longer a play takes than with plain `ansible-playbook` (s), from its first task to its last:",
            harness.table(["play", "plain (s)", "the service", "`ansible-runner run`"], recorded),
            harness.table(["list (ms)", "p50", "p95"], asked),
            harness.table(["what", "figure"], limits),
            PUBLISHED,
        ]
    )


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        text = measure(Path(folder))
    harness.report("service", "The service", text)
