"""What a run says, written down by the process that says it: one line an event, at once, secrets left out.

It does what ansible-runner does with the output of a run, and gets the same events, but in the place where they
happen: there is no file for each event, no terminal, and nobody who has to find the events in its text again.
"""

from __future__ import annotations

import io
import json
import os
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from kombify.runner.events import Redactor, shaped
from kombify.runner.job import Job

AGAIN = 1.0
"""Seconds until something is written again for which the disk had no room."""
END = "playbook_on_stats"
VERBOSE = "verbose"
"""The event of a line that belongs to no other."""


class Transcript:
    """The events of a job. Text belongs to the event that was begun last; without one each line is an event."""

    def __init__(self, job: Job, redactor: Redactor) -> None:
        """Go on behind what was written before."""
        self.complete = False
        """Whether Ansible came to its own end."""
        self._redactor = redactor
        self._counter, self._line = _end_of(job.events)
        self._events = Lines(job.events)
        self._log = Lines(job.log)
        self._event: dict[str, Any] | None = None
        self._text = ""

    def write(self, text: str) -> None:
        """Take what was printed."""
        self._text += text
        if self._event is None and "\n" in text:
            whole, newline, self._text = self._text.rpartition("\n")
            self._say(whole + newline)

    def begin(self, event: Mapping[str, Any]) -> None:
        """Begin an event. It is kept as it is now: Ansible changes what it prints while it prints it."""
        self._finish()
        self._event = shaped(event, self._redactor)

    def end(self) -> None:
        """End the event."""
        self._finish()
        self._event = None

    def close(self) -> None:
        """Write down the rest."""
        self.end()
        for file in (self._events, self._log):
            file.close()

    def _finish(self) -> None:
        text, self._text = self._text, ""
        if self._event is not None:
            self._keep(self._event, text)
        elif text:
            self._say(text)

    def _say(self, text: str) -> None:
        """Keep lines that belong to no event."""
        for line in text.splitlines(keepends=True):
            event = {"uuid": str(uuid.uuid4()), "event": VERBOSE, "created": datetime.now(UTC).isoformat()}
            self._keep({**event, "event_data": {}}, line)

    def _keep(self, event: Mapping[str, Any], text: str) -> None:
        self._counter += 1
        first, self._line = self._line, self._line + text.count("\n")
        said = self._redactor.text(text.rstrip("\n\r"))
        place = {"counter": self._counter, "start_line": first, "end_line": self._line, "stdout": said}
        self._events.write(json.dumps({**event, **place}, ensure_ascii=False))
        if said:
            self._log.write(said)
        self.complete = self.complete or event["event"] == END


class Screen(io.RawIOBase):
    """What Ansible takes for the screen."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__()
        self._transcript = transcript

    def writable(self) -> bool:
        """It can only be written to."""
        return True

    def fileno(self) -> int:
        """Ansible asks whether it blocks."""
        return 1

    def write(self, data: Any) -> int:
        """Take some bytes: always whole characters, because a text is in front of it."""
        written = bytes(data)
        self._transcript.write(written.decode(errors="replace"))
        return len(written)


def screen(transcript: Transcript) -> TextIO:
    """Return a stream that writes into a transcript at once."""
    return io.TextIOWrapper(Screen(transcript), encoding="utf-8", errors="replace", write_through=True)  # type: ignore[type-var]


class Lines:
    """A file to which whole lines are added. While the disk is full they wait; then none is missing."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._waiting = b""

    def write(self, line: str) -> None:
        """Add a line."""
        self._waiting += line.encode(errors="replace") + b"\n"
        self._flush()

    def close(self) -> None:
        """Close the file, as soon as everything is in it."""
        while self._waiting:
            time.sleep(AGAIN)
            self._flush()
        os.close(self._handle)

    def _flush(self) -> None:
        with suppress(OSError):
            self._waiting = self._waiting[os.write(self._handle, self._waiting) :]


def _end_of(path: Path) -> tuple[int, int]:
    """Return the counter of the last event in a file, and the line after it."""
    try:
        last = json.loads(path.read_bytes().splitlines()[-1])
    except (FileNotFoundError, IndexError, ValueError):
        return 0, 0
    return last["counter"], last["end_line"]
