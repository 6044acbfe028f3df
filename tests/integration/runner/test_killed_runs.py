"""Bad days: parts of a run are killed at any moment, and the same command again makes everything right."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from kombify.runner import processes
from kombify.runner.job import Job
from kombify.runner.status import State

if TYPE_CHECKING:
    from conftest import Stack

SEED = 20261121
MOMENTS = 20
VICTIMS = ("viewer", "job", "playbook", "worker")
EVENTS = 22
"""How many events the run below has at least."""

HOSTS = ("nas", "mini")
STEPS = 4
PLAYBOOK = """\
- name: Prepare machines
  hosts: all
  gather_facts: false
  tasks:
"""
STEP = """\
    - name: Take step {step}
      ansible.builtin.shell: |
        echo "$KOMBIFY_JOB begins {step}" >> "$MACHINES/{{{{ inventory_hostname }}}}.log"
        sleep 0.2
        mkdir "$MACHINES/{{{{ inventory_hostname }}}}-{step}"
        echo "$KOMBIFY_JOB ends {step}" >> "$MACHINES/{{{{ inventory_hostname }}}}.log"
      args:
        creates: "{{{{ lookup('env', 'MACHINES') }}}}/{{{{ inventory_hostname }}}}-{step}"
"""
"""A step that fails when it is done twice: `creates` lets the second one begin only while the first one still runs."""


def moments() -> list[tuple[str, int, float]]:
    """Return whom to kill, after how many events, and how many seconds later; the same in every run."""
    chance = random.Random(SEED)
    return [
        (VICTIMS[number % len(VICTIMS)], chance.randrange(EVENTS), chance.uniform(0, 0.3)) for number in range(MOMENTS)
    ]


def wait_for_events(home: Stack, number: int) -> Job:
    """Wait until the run has written this many events, and return its job."""
    while True:
        jobs = home.jobs()
        if jobs and (number == 0 or events_of(jobs[-1]) >= number):
            return jobs[-1]
        time.sleep(0.01)


def events_of(job: Job) -> int:
    return job.events.read_bytes().count(b"\n") if job.events.exists() else 0


def kill(victim: str, viewer: subprocess.Popen[str], job: Job) -> None:
    """Kill one process with no chance to say a word, if it lives just now."""
    if victim == "viewer":
        viewer.kill()
        return
    leader = job.recorded().pid
    playbooks = processes.children_of(leader, job.folder)
    workers = [pid for playbook in playbooks for pid in processes.children_of(playbook, job.folder)]
    for pid in {"job": [leader], "playbook": playbooks, "worker": workers}[victim][:1]:
        processes.send(pid, job.folder, signal.SIGKILL)


@pytest.mark.parametrize(("victim", "events", "seconds"), moments())
def test_a_run_that_was_killed_is_made_good_by_the_next_one(
    victim: str, events: int, seconds: float, home: Stack
) -> None:
    home.playbook(PLAYBOOK + "".join(STEP.format(step=step) for step in range(STEPS)))
    viewer = home.start("up")
    job = wait_for_events(home, events)
    time.sleep(seconds)  # any moment will do: nothing is waited for
    kill(victim, viewer, job)
    code, written = home.run("up")

    assert code == 0, written
    done = sorted(path.name for path in home.machines.iterdir() if path.is_dir())
    assert done == sorted(f"{host}-{step}" for host in HOSTS for step in range(STEPS))
    for host in HOSTS:
        writers = [line.split()[0] for line in (home.machines / f"{host}.log").read_text(encoding="utf-8").splitlines()]
        assert len(list(groupby(writers))) == len(set(writers)), "a run that was killed went on"
    states = [job.status().state for job in home.jobs()]
    assert all(state.ended for state in states)
    assert states[-1] is State.SUCCESSFUL
    assert [pid for job in home.jobs() for pid in processes.processes_of(job.folder)] == []
