"""Runs as people have them: what they see, which exit code they get, what is kept, and how a run is ended early."""

from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kombify.runner import processes
from kombify.runner.status import State

if TYPE_CHECKING:
    from conftest import Stack

pytestmark = pytest.mark.parametrize("home", ["lean", "stock"], indirect=True)

PLAY = """\
- name: Prepare machines
  hosts: all
  gather_facts: false
  tasks:
"""
WRITE = """\
    - name: Write a file
      ansible.builtin.copy:
        content: "{{ inventory_hostname }}\\n"
        dest: "{{ lookup('env', 'MACHINES') }}/{{ inventory_hostname }}"
        mode: "0644"
"""
FILL = """\
    - name: Fill the disk
      ansible.builtin.shell: "echo 'tar: No space left on device' >&2; exit 1"
      when: inventory_hostname == 'nas'
"""
GO = """\
    - name: Wait for the word
      ansible.builtin.command: sh -c 'until test -e "$MACHINES/go"; do sleep 0.1; done'
"""
WAIT = """\
    - name: Wait for ever
      ansible.builtin.command: sleep 300
"""


def wait_for(home: Stack, words: str) -> None:
    """Wait until an event of the newest job has these words."""
    while not any(words in job.events.read_text(encoding="utf-8") for job in home.jobs()[-1:] if job.events.exists()):
        time.sleep(0.05)


def left(home: Stack) -> list[int]:
    return [pid for job in home.jobs() for pid in processes.processes_of(job.folder)]


def test_the_second_run_changes_nothing(home: Stack) -> None:
    home.playbook(PLAY + WRITE)
    code, written = home.run("up")
    assert (code, written.splitlines()[0]) == (0, "prepare: Prepare machines")
    assert "  nas: changed: Write a file\n" in written
    assert "2 changed" in written
    assert (home.machines / "nas").read_text(encoding="utf-8") == "nas\n"
    code, written = home.run("up")
    assert code == 0
    assert "nothing changed" in written
    assert f"Log: {home.jobs()[-1].log.relative_to(home.folder)}\n" in written


def test_a_failure_is_of_one_machine_only_and_says_what_to_do(home: Stack) -> None:
    home.playbook(PLAY + FILL + WRITE)
    code, written = home.run("up")
    assert code == 1
    assert "nas failed in stage prepare, task 'Fill the disk'\n  What happened: the disk of nas is full\n" in written
    assert sorted(path.name for path in home.machines.iterdir()) == ["mini"]


def test_check_mode_changes_nothing_and_ends_with_a_code_of_its_own(home: Stack) -> None:
    home.playbook(PLAY + WRITE)
    code, written = home.run("up", "--check", "--diff")
    assert (code, list(home.machines.iterdir())) == (4, [])
    assert "  nas: would change: Write a file\n" in written
    assert "+mini\n" in written
    assert not (home.folder / "kombination.lock").exists()
    home.run("up")
    assert home.run("plan", "--machines")[0] == 0


def test_a_limit_and_a_stage_are_passed_on(home: Stack) -> None:
    home.playbook(PLAY.replace("  tasks:", "  tags: [prepare]\n  tasks:") + WRITE)
    assert home.run("up", "--stage", "pangolin")[0] == 0
    assert list(home.machines.iterdir()) == []
    assert home.run("up", "--stage", "prepare", "--limit", "mini")[0] == 0
    assert [path.name for path in home.machines.iterdir()] == ["mini"]


def test_a_playbook_that_cannot_begin_says_why(home: Stack) -> None:
    home.playbook("- name: Broken\n  hosts: all\n  nonsense: true\n")
    code, written = home.run("up")
    assert code == 1
    assert "'nonsense' is not a valid attribute for a Play" in written


def test_ansible_is_heard_on_request(home: Stack) -> None:
    home.playbook(PLAY + WRITE)
    code, written = home.run("up", "-v")
    assert code == 0
    assert "TASK [Write a file]" in written
    assert "PLAY RECAP" in written
    code, log = home.run("logs")
    assert code == 0
    assert log in written


def test_programs_get_every_event_and_a_summary(home: Stack) -> None:
    home.playbook(PLAY + WRITE)
    code, written = home.run("up", "--format", "json")
    events = [json.loads(line) for line in written.splitlines()]
    assert code == 0
    assert events[:-1] == [json.loads(line) for line in home.jobs()[-1].events.read_text(encoding="utf-8").splitlines()]
    summary = events[-1]
    seconds = summary["stages"]["prepare"].pop("seconds")
    assert seconds >= 0
    assert (summary["state"], summary["failures"]) == ("successful", [])
    assert summary["stages"] == {"prepare": {"hosts": 2, "ok": 2, "changed": 2, "failed": 0}}


def test_a_terminal_shows_what_every_machine_does(home: Stack) -> None:
    home.playbook(PLAY + WRITE + FILL)
    ours, theirs = pty.openpty()
    program = [Path(sys.executable).with_name("kombify"), "up"]
    environment = {**home.environment, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen(
        program, cwd=home.folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the terminal has nobody left who writes
            break
    os.close(ours)
    assert process.wait() == 1
    picture, _, end = shown.decode().rpartition("Stage")
    assert "Write a file" in picture
    assert "2 hosts" in picture
    assert "the disk of nas is full" in end


def test_what_is_kept_of_a_job_is_private_and_has_no_secret(home: Stack) -> None:
    home.playbook(PLAY + WRITE)
    home.environment["SOME_TOKEN"] = "t0ps3cret"  # noqa: S105
    home.run("up")
    folder = home.jobs()[-1].folder
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path for path in files if b"t0ps3cret" in path.read_bytes()] == []


def test_canceling_ends_everything_in_order(home: Stack) -> None:
    home.playbook(PLAY + WAIT)
    viewer = home.start("up")
    wait_for(home, "Wait for ever")
    code, written = home.run("cancel")
    assert (code, written.rsplit(": ", 1)[1]) == (0, "canceled\n")
    assert "home up: canceled" in viewer.communicate()[0]
    assert viewer.returncode == 1
    assert left(home) == []
    assert home.run("cancel")[0] == 1


def test_a_run_that_is_canceled_before_ansible_has_begun_is_canceled(home: Stack) -> None:
    home.playbook(PLAY + WAIT)
    home.start("up")
    while not home.jobs() or home.jobs()[-1].recorded().state is not State.RUNNING:
        time.sleep(0.01)
    home.run("cancel")
    (job,) = home.jobs()
    while not job.status().state.ended:
        time.sleep(0.05)
    assert job.status().state is State.CANCELED
    assert left(home) == []
    assert not (job.folder / "env").exists()


def test_ctrl_c_cancels_the_run(home: Stack) -> None:
    home.playbook(PLAY + WAIT)
    viewer = home.start("up")
    wait_for(home, "Wait for ever")
    viewer.send_signal(signal.SIGINT)
    written = viewer.communicate()[0]
    assert (viewer.returncode, home.jobs()[-1].status().state) == (1, State.CANCELED)
    assert "Canceling: the job ends in order." in written
    assert left(home) == []


def test_a_run_that_lost_its_viewer_is_followed_by_the_next_one(home: Stack) -> None:
    home.playbook(PLAY + GO)
    viewer = home.start("up")
    wait_for(home, "Wait for the word")
    viewer.kill()
    next_one = home.start("up")
    assert next_one.stdout is not None
    said = next_one.stdout.readline()
    (home.machines / "go").touch()
    next_one.communicate()
    assert next_one.returncode == 0
    first, second = home.jobs()
    assert f"home up ({first.id}) still runs on this stack." in said
    assert [job.status().state for job in (first, second)] == [State.SUCCESSFUL, State.SUCCESSFUL]


def test_runs_that_start_together_come_one_after_the_other(home: Stack) -> None:
    home.playbook(PLAY + WRITE)
    viewers = [home.start("up") for _ in range(3)]
    assert [viewer.wait() for viewer in viewers] == [0, 0, 0]
    statuses = [job.status() for job in home.jobs()]
    assert len(statuses) == 3
    spans = sorted((status.started, status.ended) for status in statuses)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
