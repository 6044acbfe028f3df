"""Another clock for a service: what Python loads first when this folder is on its path.

A file says by how many seconds it is off. Only the service has it, not the machine: that clock belongs to everybody.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = Path(os.environ.get("TEST_CLOCK", os.devnull))
real_time, real_time_ns = time.time, time.time_ns


def off() -> float:
    return float(FILE.read_text() or 0)


if "serve" in sys.orig_argv:
    time.time = lambda: real_time() + off()
    time.time_ns = lambda: real_time_ns() + int(off() * 1e9)

    from kombify.store import columns

    columns.now = lambda: datetime.now(UTC) + timedelta(seconds=off())
