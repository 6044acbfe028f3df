"""What must hold at the end, read from the database, the jobs' own files, and what the plays wrote themselves."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from home import MACHINES, Line
from sqlalchemy import select

from kombify.runner.processes import processes_of
from kombify.store.database import Database
from kombify.store.models import Event, Job, Run, StackLease

WORDS = ("start", "one", "two", "three", "end")
ENDS = {"successful", "failed", "error", "canceled", "lost"}


@dataclass
class Verdict:
    """How often each thing went wrong; nothing may."""

    counts: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    events: int = 0
    lines: int = 0

    def note(self, what: str, cases: Sequence[str]) -> None:
        """Write down in how many cases something went wrong."""
        self.counts[what] = len(cases)
        self.details += [f"{what}: {case}" for case in cases]

    @property
    def good(self) -> bool:
        """Tell whether nothing went wrong."""
        return not any(self.counts.values())


def judge(
    database: Database, answers: Mapping[str, set[int]], trace: Sequence[Line], hit: set[Path], canceled: set[int]
) -> Verdict:
    """Look at everything."""
    with database.read() as session:
        jobs = list(session.scalars(select(Job).order_by(Job.id)))
        runs = {run.job_id: run for run in session.scalars(select(Run))}
        stored: dict[int, list[int]] = {}
        for job_id, counter in session.execute(
            select(Event.job_id, Event.counter).order_by(Event.job_id, Event.counter)
        ):
            stored.setdefault(job_id, []).append(counter)
        leases = list(session.scalars(select(StackLease.stack)))
    folders = {job.id: Path(runs[job.id].folder) for job in jobs if job.id in runs}
    verdict = Verdict(states=Counter(job.state for job in jobs))
    verdict.events = sum(map(len, stored.values()))
    verdict.lines = len(trace)
    said = {job.title: {(line.machine, line.word) for line in trace if line.job == job.title} for job in jobs}
    whole = {(machine, word) for machine in MACHINES for word in WORDS}

    verdict.note("jobs lost", [*_lost(jobs, answers), *_undone(jobs, said, whole)])
    verdict.note("jobs run twice", [*_twice(jobs, trace)])
    verdict.note("events missing or doubled", _wrong_events(jobs, folders, stored))
    verdict.note("overlaps on a stack", _overlaps(trace))
    verdict.note("jobs out of order", _out_of_order(jobs, trace))
    verdict.note("ends that are not true", _wrong_ends(jobs, said, folders, hit, canceled))
    verdict.note("processes left", _left(jobs, folders))
    verdict.note("leases left", leases)
    return verdict


def _lost(jobs: Sequence[Job], answers: Mapping[str, set[int]]) -> list[str]:
    """What was acknowledged is there; what was not may be."""
    known = {job.id: job.launch_key for job in jobs}
    return [f"{key} was job {job_id}" for key, told in answers.items() for job_id in told if known.get(job_id) != key]


def _undone(jobs: Sequence[Job], said: Mapping[str, set[tuple[str, str]]], whole: set[tuple[str, str]]) -> list[str]:
    return [
        f"{job.title} is successful, but did not do {whole - said[job.title]}"
        for job in jobs
        if job.state == "successful" and said[job.title] != whole
    ]


def _twice(jobs: Sequence[Job], trace: Sequence[Line]) -> list[str]:
    keys = Counter(job.launch_key for job in jobs)
    lines = Counter((line.machine, line.stack, line.job, line.word) for line in trace)
    return [str(one) for one, number in [*keys.items(), *lines.items()] if number > 1]


def _wrong_events(jobs: Sequence[Job], folders: Mapping[int, Path], stored: Mapping[int, list[int]]) -> list[str]:
    """Each line of the job's own file is stored once, and no number is left out."""
    wrong = []
    for job in jobs:
        path = folders.get(job.id, Path("/nowhere")) / "events.ndjson"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        written = [json.loads(line)["counter"] for line in lines]
        have = stored.get(job.id, [])
        if have != written or have != list(range(1, len(have) + 1)) or job.events_missing or not job.events_stored:
            wrong.append(
                f"job {job.id} ({job.state}): wrote {len(written)}, stored {len(have)}, {job.events_missing} missing"
            )
    return wrong


def _overlaps(trace: Sequence[Line]) -> list[str]:
    """All lines of a job stand together in what was written on its stack, over all machines."""
    found = []
    for stack in {line.stack for line in trace}:
        blocks = [job for job, _ in itertools.groupby(line.job for line in trace if line.stack == stack)]
        found += [f"{stack}: {job}" for job, number in Counter(blocks).items() if number > 1]
    return found


def _out_of_order(jobs: Sequence[Job], trace: Sequence[Line]) -> list[str]:
    numbers = {job.title: job.id for job in jobs}
    wrong = []
    for stack in {line.stack for line in trace}:
        began = list(dict.fromkeys(line.job for line in trace if line.stack == stack))
        pairs = itertools.pairwise(began)
        wrong += [f"{stack}: {after} after {before}" for before, after in pairs if numbers[before] > numbers[after]]
    return wrong


def _wrong_ends(
    jobs: Sequence[Job],
    said: Mapping[str, set[tuple[str, str]]],
    folders: Mapping[int, Path],
    hit: set[Path],
    canceled: set[int],
) -> list[str]:
    """A job that nobody hurt succeeds, others were killed or canceled, and one that never ran did nothing."""
    wrong = []
    for job in jobs:
        hurt = folders.get(job.id) in hit
        allowed = {"successful"} | ({"failed", "error", "lost"} if hurt else set())
        allowed |= {"canceled"} if job.id in canceled else set()
        if job.state not in allowed & ENDS or job.ended_at is None:
            wrong.append(f"job {job.id} {job.title}: {job.state} {job.message} (hurt: {hurt})")
        elif job.id not in folders and said[job.title]:
            wrong.append(f"job {job.id} {job.title} never ran, but wrote {said[job.title]}")
    return wrong


def _left(jobs: Sequence[Job], folders: Mapping[int, Path]) -> list[str]:
    """SSH keeps the connections of a job that ended in order for a minute; of all others nothing may be left."""
    cut_short = [job for job in jobs if job.state in ("canceled", "lost") and job.id in folders]
    return [f"job {job.id} ({job.state}): {pids}" for job in cut_short if (pids := processes_of(folders[job.id]))]
