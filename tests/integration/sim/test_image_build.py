"""Building the image: killed, it leaves no processes and no mounts, and the next one begins again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

KOMBIFY = Path(sys.executable).with_name("kombify")


def builders(folder: Path) -> list[str]:
    """Return the processes that work on a folder."""
    found = subprocess.run(["pgrep", "--full", "--list-full", str(folder)], capture_output=True, text=True).stdout
    return found.splitlines()


def test_a_killed_build_leaves_no_process_and_no_mount(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    with subprocess.Popen([KOMBIFY, "sim", "image"], env=environment, stdout=subprocess.DEVNULL) as process:
        # The shell of the new system is unpacked: packages are being installed.
        end = time.monotonic() + 120
        while not list(tmp_path.glob("kombify/images/*.unfinished/bin/sh")) and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.02)
        process.kill()
    while found := builders(tmp_path):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    assert not [path for path in tmp_path.glob("kombify/images/*") if path.suffix not in {".unfinished", ".lock"}]
