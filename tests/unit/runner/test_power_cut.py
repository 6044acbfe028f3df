"""After a power cut nobody may believe that a job never ran: the disk knows that it runs before it does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kombify.runner.environment import job_environment
from kombify.runner.job import jobs_folder, make_job
from kombify.runner.request import Request
from kombify.runner.status import State

WITNESS = Path(__file__).with_name("fsync_witness.py")


def test_the_disk_knows_that_a_job_runs_before_its_playbook_does(tmp_path: Path) -> None:
    playbook = tmp_path / "none.yml"
    playbook.write_text("- hosts: nobody\n  gather_facts: false\n  tasks: []\n", encoding="utf-8")
    inventory = tmp_path / "hosts.ini"
    inventory.write_text("nas ansible_connection=local\n", encoding="utf-8")
    job = make_job(jobs_folder(tmp_path), Request(playbook=str(playbook), inventories=(str(inventory),)))
    seen = tmp_path / "seen"
    environment = job_environment(job.folder, tmp_path, {**os.environ, "SEEN": str(seen)})
    subprocess.run([sys.executable, WITNESS, job.folder], env=environment, check=True, capture_output=True)
    assert job.status().state is State.SUCCESSFUL
    told = [line.split() for line in seen.read_text(encoding="utf-8").splitlines()]
    assert [str(job.folder), State.RUNNING, "silent"] in told
    assert job.events.exists()
