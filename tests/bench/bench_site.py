# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``site.yml`` on the demo's four machines: making them, and a second run, against one ping of each as the floor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import harness

LAB = "bench-site"
RUNS = 3


def kombify(*words: str) -> None:
    """Run a command of ours; its words are shown only when it fails."""
    program = Path(sys.executable).with_name("kombify")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"kombify {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def measure(folder: Path) -> list[list[str]]:
    """Return rows of seconds and ratios."""
    os.environ["KOMBIFY_LABS"] = str(folder / "labs")
    spec = str(shutil.copy(harness.REPOSITORY / "inventories/demo/kombination.yaml", folder))
    kombify("sim", "up", LAB, "--spec", spec)
    try:
        first = harness.seconds(lambda: kombify("up", spec, "--lab", LAB))
        lab = folder / "labs" / LAB / "inventory.ini"
        ping = harness.command(
            *("ansible", "all:!proxmox_hypervisors", "-i", spec, "-i", str(lab), "-m", "ansible.builtin.ping"),
            says="SUCCESS",
            cwd=harness.REPOSITORY,
        )
        again = harness.in_turn(lambda: kombify("up", spec, "--lab", LAB), ping, RUNS)
    finally:
        kombify("sim", "down", LAB)
    second, floor = again.medians
    return [
        ["first run: three virtual machines made, four prepared and joined", f"{first:.1f}", f"{first / floor:.1f}"],
        ["second run: nothing to change", f"{second:.1f}", f"{again.ratio:.1f}"],
        ["floor: one ping of each machine", f"{floor:.1f}", "1"],
    ]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    harness.report("site", "From the file to running machines", harness.table(["what", "seconds", "pings"], rows))
