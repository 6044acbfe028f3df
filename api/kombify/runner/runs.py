"""The ways in which a job can run: all look the same to the process of the job."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from kombify.runner.events import Redactor
from kombify.runner.job import Job
from kombify.runner.playbook import Playbook
from kombify.runner.request import Request

CHOICE = "KOMBIFY_RUNNER"
STOCK = "stock"
TESTED = ((2, 19), (2, 20), (2, 21))
"""The releases of ansible-core of which we know how the process of a job can import them early and run them."""


class Run(Protocol):
    """One run of a playbook."""

    complete: bool
    """Whether it came to its own end, so that nothing of it is left."""

    def run(self, overdue: Callable[[], bool], look: float) -> int | None:
        """Run to the end, and return Ansible's exit code; None when it was killed.

        Every so many seconds it is asked whether the end is overdue.
        """

    def interrupt(self) -> None:
        """Have it end by itself."""


def run_of(job: Job, request: Request, redactor: Redactor) -> Run:
    """Return the run of a request, which has not begun yet."""
    if request.awx is not None:
        from kombify.runner.awx import AwxJob

        return AwxJob(job, request, request.awx)
    if os.environ.get(CHOICE) == STOCK or not _is_tested():
        from kombify.runner.stock import StockPlaybook

        return StockPlaybook(job, request, redactor)
    return Playbook(job, request, redactor)


def _is_tested() -> bool:
    """Tell whether our own way to run Ansible was tested with this release of it."""
    from ansible.release import __version__  # type: ignore[import-untyped]

    major, minor = (int(number) for number in __version__.split(".")[:2])
    return (major, minor) in TESTED
