"""Processes of a job are found by their environment and ended, whatever they do against it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kombify.runner import processes

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], start_new_session=True)
print(child.pid, flush=True)
input()
"""
ADOPTER = """
from kombify.runner import processes
import subprocess
processes.adopt()
daemonise = "sleep 1000 >/dev/null 2>&1 & echo $!"
subprocess.run(["env", "-i", "setsid", "--wait", "sh", "-c", daemonise])
input()
"""
UNDERTAKER = """
from kombify.runner import processes
import os, subprocess, time
processes.adopt()
subprocess.run(["sh", "-c", "sleep 0.1 &"])
own = subprocess.Popen(["sh", "-c", "sleep 0.5; exit 5"])
def children():
    return open(f"/proc/self/task/{os.getpid()}/children").read().split()
while len(children()) > 1:
    processes.bury(own.pid)
    time.sleep(0.05)
print([pid for pid in children() if int(pid) != own.pid])
print(os.waitstatus_to_exitcode(os.waitpid(own.pid, 0)[1]))
"""
Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start programs that belong to the job in this folder."""
    started: list[subprocess.Popen[str]] = []

    def program(text: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", text],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, processes.MARK: str(tmp_path)},
        )
        started.append(process)
        return process

    yield program
    for process in started:
        process.kill()
        process.communicate()


def test_children_in_sessions_of_their_own_are_found(tmp_path: Path, start: Start) -> None:
    parent = start(PARENT)
    child = int(parent.stdout.readline())
    assert sorted(processes.processes_of(tmp_path)) == sorted([parent.pid, child])
    assert processes.children_of(parent.pid, tmp_path) == [child]
    assert processes.end_all(tmp_path) == 2
    assert processes.processes_of(tmp_path) == []


def test_a_daemon_that_kept_nothing_of_the_environment_is_found(tmp_path: Path, start: Start) -> None:
    parent = start(ADOPTER)
    daemon = int(parent.stdout.readline())
    assert not processes.belongs(daemon, tmp_path)
    assert sorted(processes.processes_of(tmp_path)) == sorted([parent.pid, daemon])
    assert processes.end_all(tmp_path, grace=0) == 2
    assert processes.processes_of(tmp_path) == []


def test_adopted_children_that_ended_are_forgotten_and_the_own_child_is_not(start: Start) -> None:
    parent = start(UNDERTAKER)
    assert parent.communicate(timeout=60)[0].split() == ["[]", "5"]


def test_what_does_not_want_to_end_is_killed(tmp_path: Path, start: Start) -> None:
    process = start(STUBBORN)
    process.stdout.readline()
    assert processes.end_all(tmp_path, grace=0.1) == 1
    assert process.wait() == -9


def test_processes_of_another_job_are_left_alone(tmp_path: Path, start: Start) -> None:
    process = start("print(flush=True); input()")
    process.stdout.readline()
    assert processes.end_all(tmp_path.with_name(f"{tmp_path.name}0")) == 0
    assert processes.end_all(tmp_path.parent) == 0
    assert processes.belongs(process.pid, tmp_path)


def test_a_signal_reaches_only_processes_of_the_job(tmp_path: Path, start: Start) -> None:
    process = start("print(flush=True); input()")
    process.stdout.readline()  # before a program has begun, its environment cannot be read
    assert processes.send(process.pid, tmp_path / "other", 9) is False
    assert process.poll() is None
    assert processes.send(process.pid, tmp_path, 9) is True
    assert process.wait() == -9
    assert processes.send(process.pid, tmp_path, 9) is False
