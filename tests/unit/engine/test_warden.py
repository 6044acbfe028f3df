"""The warden ends the jobs of a worker that is silent, and of no other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kombify.engine.warden import Note, jobs_of, name_of, own, watch
from kombify.runner.processes import MARK


@pytest.fixture
def process(tmp_path: Path) -> Iterator:
    """Start a process that belongs to a job of a worker."""
    started: list[subprocess.Popen[bytes]] = []

    def start(worker: str) -> subprocess.Popen[bytes]:
        folder = tmp_path / f"job-of-{worker}"
        folder.mkdir()
        own(folder, name_of(tmp_path, worker))
        words = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]
        job = subprocess.Popen(words, env={**os.environ, MARK: str(folder)}, stdout=subprocess.PIPE)
        assert job.stdout is not None
        job.stdout.readline()
        started.append(job)
        return job

    yield start
    for job in started:
        job.kill()
        job.wait()


def test_a_silent_worker_loses_its_jobs_and_others_keep_theirs(tmp_path: Path, process) -> None:
    mine, other = process("mine"), process("other")
    Note(tmp_path, "mine").leave(others=True)
    watch(tmp_path, "mine", seconds=0.0)
    assert (mine.wait(10), jobs_of(name_of(tmp_path, "mine"))) == (-9, set())
    assert (other.poll(), len(jobs_of(name_of(tmp_path, "other")))) == (None, 1)


@pytest.mark.parametrize("others", [True, False], ids=["it beats", "nobody would take over"])
def test_the_warden_only_watches_while(tmp_path: Path, process, others: bool) -> None:
    job = process("mine")
    note = Note(tmp_path, "mine")
    note.leave(others=others)
    limit = 600.0 if others else 0.001
    warden = threading.Thread(target=watch, args=(tmp_path, "mine", limit), daemon=True)
    warden.start()
    warden.join(1.5)
    assert (warden.is_alive(), job.poll()) == (True, None)
    (tmp_path / "worker-mine.beat").write_text(f"{time.clock_gettime(time.CLOCK_BOOTTIME) - 3600} 1")
    warden.join(30)
    assert job.wait(10) == -9


def test_the_warden_of_a_silent_worker_without_jobs_leaves(tmp_path: Path, process) -> None:
    Note(tmp_path, "mine").leave(others=False)
    job = process("mine")
    warden = threading.Thread(target=watch, args=(tmp_path, "mine", 0.0), daemon=True)
    warden.start()
    warden.join(1.5)
    assert (warden.is_alive(), job.poll()) == (True, None)
    job.kill()
    job.wait()
    warden.join(30)
    assert not warden.is_alive()


def test_a_second_warden_leaves_at_once(tmp_path: Path) -> None:
    Note(tmp_path, "mine").leave(others=False)
    first = threading.Thread(target=watch, args=(tmp_path, "mine", 600.0), daemon=True)
    first.start()
    while not (tmp_path / "warden-mine.lock").exists():
        time.sleep(0.01)
    time.sleep(0.2)
    watch(tmp_path, "mine", 600.0)
    assert first.is_alive()
    (tmp_path / "worker-mine.beat").write_text("-3600 1")
    first.join(30)
    assert not first.is_alive()


def test_a_worker_of_the_same_name_in_another_service_keeps_its_jobs(tmp_path: Path, process) -> None:
    job = process("mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Note(elsewhere, "mine").leave(others=True)
    watch(elsewhere, "mine", seconds=0.0)
    assert job.poll() is None
