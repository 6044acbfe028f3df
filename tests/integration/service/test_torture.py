"""Kill -9 of everything, a hundred times: what ``make torture`` does, in the size of a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TORTURE = Path(__file__).parents[2] / "torture"
KILLS = "100"
SEED = "20261121"


def test_a_hundred_kills_lose_nothing(capsys) -> None:
    words = [sys.executable, TORTURE, "--kills", KILLS, "--seed", SEED]
    ran = subprocess.run(words, capture_output=True, text=True)
    with capsys.disabled():
        print(f"\n{ran.stdout}")
    assert ran.returncode == 0, ran.stdout + ran.stderr
