"""Run the job of a folder, and write down of each folder that the disk gets to know what the job had done by then."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kombify.runner.job import Job
from kombify.runner.process import run_job

job = Job(Path(sys.argv[1]))
fsync = os.fsync


def note(handle: int) -> None:
    fsync(handle)
    path = Path(f"/proc/self/fd/{handle}").readlink()
    spoke = "spoke" if job.events.exists() and job.events.stat().st_size else "silent"
    with Path(os.environ["SEEN"]).open("a", encoding="utf-8") as file:
        file.write(f"{path} {job.recorded().state} {spoke}\n")


os.fsync = note
sys.exit(run_job(job.folder))
