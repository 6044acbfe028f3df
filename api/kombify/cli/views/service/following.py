"""What runs on the service, while it runs."""

from __future__ import annotations

from typing import Any

from kombify.cli.output import Output
from kombify.cli.views.service.jobs import advice, kind_of, name_of, verdict

WAITS = {"pending": "waits for a worker", "waiting": "waits for its turn on the stack"}


class TextView:
    """What Ansible prints, and on stderr what happens to the job."""

    def __init__(self, output: Output) -> None:
        self.changed = 0
        self._output = output
        self._said = ""

    def state(self, job: dict[str, Any]) -> None:
        """Say that a job waits, or which state a workflow has."""
        goes_on = kind_of(job) == "workflow" and not job["ended_at"]
        word = WAITS.get(job["state"], f"is {job['state'].replace('_', ' ')}" if goes_on else "")
        said = f"{name_of(job)} {word}" if word else ""
        if said and said != self._said:
            self._output.tell(said)
            self._said = said

    def event(self, event: dict[str, Any]) -> None:
        """Print what Ansible printed."""
        self.changed += counts(event)
        if event["end_line"] > event["start_line"]:
            self._output.printed(event["stdout"])

    def end(self, job: dict[str, Any]) -> None:
        """Say how it ended."""
        # A deployment looks before it changes something: its tasks say more than it did.
        counted = kind_of(job) == "job" or job["check"]
        self._output.show("", verdict(job, self.changed if counted else None), *advice(job))


class JsonView:
    """Every event as one line, and how it ended as the last one."""

    def __init__(self, output: Output) -> None:
        self.changed = 0
        self._output = output

    def state(self, job: dict[str, Any]) -> None:
        """Write nothing: the summary says how it ended."""

    def event(self, event: dict[str, Any]) -> None:
        """Write an event."""
        self.changed += counts(event)
        self._output.line(event)

    def end(self, job: dict[str, Any]) -> None:
        """Write the summary."""
        self._output.line({"event": "summary", "changed": self.changed, **job})


def counts(event: dict[str, Any]) -> int:
    """Return 1 for a task that changed something on a host, or would."""
    return int(event["event"] == "runner_on_ok" and event["changed"])
