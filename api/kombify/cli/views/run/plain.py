"""Views that write as they go: lines for a pipe, Ansible's own output, JSON for programs, and nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from kombify.cli.output import Output
from kombify.cli.views.run.progress import Progress

FAILED = {"runner_on_failed": "failed", "runner_on_unreachable": "unreachable"}


class QuietView:
    """Follows a job without a word."""

    def __init__(self, output: Output) -> None:
        self.progress = Progress()
        self.output = output

    def event(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        self.progress.feed(event)

    def pause(self) -> None:
        """Have nothing to show while nothing happens."""

    def close(self) -> None:
        """Have nothing to take away."""


class LinesView(QuietView):
    """One line for each play and for each task that changed something, or would, or failed."""

    def __init__(self, output: Output, *, check: bool) -> None:
        super().__init__(output)
        self._changed = "would change" if check else "changed"

    def event(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        super().event(event)
        kind, data = event["event"], event["event_data"]
        if kind == "playbook_on_play_start":
            self._say(f"{self.progress.recap.current}: {data['name']}")
        elif kind == "runner_on_file_diff" and event.get("stdout", "").strip():
            self._say(f"  {data['host']}: differences: {data['task']}")
            self._say(Text.from_ansi(event["stdout"].strip("\n")))
        elif kind in FAILED:
            word = "ignored" if data.get("ignore_errors") else FAILED[kind]
            self._say(f"  {data['host']}: {word}: {data['task']}")
        elif kind == "runner_on_ok" and (data.get("res") or {}).get("changed"):
            self._say(f"  {data['host']}: {self._changed}: {data['task']}")

    def _say(self, words: str | Text) -> None:
        """Write at once: whoever reads the pipe wants to see the progress."""
        self.output.show(words)
        self.output.stdout.file.flush()


class AnsibleView(QuietView):
    """What Ansible prints."""

    def event(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        super().event(event)
        if event.get("stdout"):
            self.output.show(Text.from_ansi(event["stdout"]))
            self.output.stdout.file.flush()


class JsonView(QuietView):
    """One JSON object a line, as the job keeps them."""

    def event(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""
        super().event(event)
        self.output.line(event)
