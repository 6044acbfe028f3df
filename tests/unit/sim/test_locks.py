"""Locks between processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from kombify.sim.locks import PidFile, locked

HOLD = """
import sys
from pathlib import Path
from kombify.sim.locks import PidFile

print(PidFile(Path(sys.argv[1])).hold(), flush=True)
sys.stdin.read()
"""


def test_whoever_shares_a_lock_does_not_wait_for_others_that_share_it(tmp_path: Path) -> None:
    with locked(tmp_path / "x", shared=True), locked(tmp_path / "x", shared=True):
        pass


def test_whoever_waited_for_a_lock_that_was_removed_holds_the_one_that_others_see(tmp_path: Path) -> None:
    seen: list[bool] = []

    def second() -> None:
        with locked(tmp_path / "x"):
            seen.append((tmp_path / "x").exists())

    thread = threading.Thread(target=second)
    with locked(tmp_path / "x"):
        thread.start()
        (tmp_path / "x").unlink()
    thread.join(10)
    assert seen == [True]


def test_a_process_holds_its_file_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    assert PidFile(path).holder() is None
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        assert PidFile(path).holder() == process.pid
        assert not PidFile(path).hold()
        process.kill()
    assert PidFile(path).holder() is None


def test_a_child_does_not_hold_what_its_parent_holds(tmp_path: Path) -> None:
    assert PidFile(tmp_path / "pid").hold()
    child = os.fork()
    if child == 0:
        os._exit(0 if PidFile(tmp_path / "pid").holder() == os.getppid() else 1)
    assert os.waitpid(child, 0)[1] == 0
