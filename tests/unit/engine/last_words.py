"""A process of a job that writes one more event when it is asked to end. Arguments: the file of events, a counter."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType


def say(_number: int, _frame: FrameType | None) -> None:
    event = {"counter": int(sys.argv[2]), "uuid": "u", "event": "verbose", "created": "2026-11-21T10:00:00+00:00"}
    with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
        file.write(json.dumps({**event, "stdout": "", "start_line": 0, "end_line": 0, "event_data": {}}) + "\n")
    raise SystemExit


signal.signal(signal.SIGTERM, say)
print("ready", flush=True)
while True:
    signal.pause()
