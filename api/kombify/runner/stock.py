"""A run of ansible-runner as it is: slower, but it rests on no private part of Ansible.

Jobs run this way with a release of Ansible on which our own way (see :mod:`kombify.runner.playbook`) was not tested,
and when somebody asks for it.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

from kombify.runner import processes
from kombify.runner.environment import without_our_callback
from kombify.runner.events import Redactor, shaped
from kombify.runner.job import Job, fact_cache
from kombify.runner.request import Request
from kombify.runner.transcript import END, Lines


class StockPlaybook:
    """One run of Ansible, as the process of the job sees it."""

    def __init__(self, job: Job, request: Request, redactor: Redactor) -> None:
        self.complete = False
        """Whether Ansible came to its own end."""
        self._job = job
        self._request = request
        self._redactor = redactor
        self._events = Lines(job.events)
        self._log = Lines(job.log)

    def run(self, overdue: Callable[[], bool], look: float) -> int | None:
        """Let it run to its end, and return its exit code; None when it was killed.

        Every so many seconds it is asked whether the end is overdue; then the process is killed.
        """
        import ansible_runner  # type: ignore[import-untyped]

        # Its callback hands each event over in a file, secrets and all: those files never touch a disk.
        self._job.passing.mkdir(mode=0o700)
        request = self._request
        os.environ.update(without_our_callback(os.environ))
        done = ansible_runner.run(
            private_data_dir=str(self._job.folder),
            artifact_dir=str(self._job.passing),
            ident=self._job.id,
            playbook=request.playbook,
            inventory=list(request.inventories),
            tags=",".join(request.tags) or None,
            limit=request.limit or None,
            verbosity=request.verbosity or None,
            cmdline=" ".join(request.modes()) or None,
            fact_cache=str(fact_cache(self._job.folder.parent)),
            settings={"pexpect_timeout": look, "suppress_output_file": True},
            quiet=True,
            event_handler=self._keep,
            cancel_callback=overdue,
        )
        for file in (self._events, self._log):
            file.close()
        code: int | None = done.rc
        return code

    def interrupt(self) -> None:
        """Do what Ctrl-C does: Ansible stops its workers, and says that it was interrupted."""
        for pid in processes.children_of(os.getpid(), self._job.folder):
            processes.send(pid, self._job.folder, signal.SIGINT)

    def _keep(self, event: dict[str, Any]) -> bool:
        """Keep an event; False tells ansible-runner to write no file of its own for it."""
        if "uuid" in event:
            kept = shaped(event, self._redactor)
            self._events.write(json.dumps(kept, ensure_ascii=False))
            if kept.get("stdout"):
                self._log.write(kept["stdout"])
            self.complete = self.complete or event["event"] == END
        return False
