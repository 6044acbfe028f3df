"""The examples of the guide do what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Live

EXAMPLES = Path(__file__).parents[3] / "docs/examples/live"


@pytest.fixture
def ended(live: Live) -> Live:
    live.make()
    live.write(["PLAY [all]", "\x1b[32mok: [nas]\x1b[0m"])
    live.end()
    return live


def begin(live: Live, *command: str) -> subprocess.Popen[str]:
    address = {"KOMBISTACK_URL": live.base, "KOMBISTACK_TOKEN": live.token}
    return subprocess.Popen(command, env={**os.environ, **address}, stdout=subprocess.PIPE, text=True)


def test_a_shell_reads_and_follows_a_job(ended: Live) -> None:
    shell = begin(ended, "sh", str(EXAMPLES / "commands.sh"), "1", "1")
    out = shell.communicate(timeout=300)[0]
    assert shell.returncode == 0
    assert out.startswith("PLAY [all]\nok: [nas]\n")
    assert "id: 2\n" in out
    assert "id: 1\n" not in out
    assert "event: end\n" in out


def test_a_program_follows_a_job(ended: Live) -> None:
    program = begin(ended, sys.executable, str(EXAMPLES / "follow.py"), "1")
    assert program.communicate(timeout=300)[0] == "PLAY [all]\n\x1b[32mok: [nas]\x1b[0m\n"
    assert program.returncode == 0


def test_a_program_listens_to_channels(live: Live) -> None:
    program = begin(live, sys.executable, str(EXAMPLES / "channels.py"))
    assert program.stdout is not None
    heard = [program.stdout.readline() for _ in range(3)]
    assert set(heard[1:]) == {"jobs subscribed  \n", "notices subscribed  \n"}
    live.make()
    live.end()
    rest = program.communicate(timeout=300)[0].splitlines()
    assert rest[-1] == "jobs state 1 successful"
    assert program.returncode == 0
