"""The process in which Ansible runs: a fork of the job's process, ready early, that begins when it is told to."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from typing import NoReturn

from kombify.runner import processes
from kombify.runner.events import Redactor
from kombify.runner.job import Job, routing
from kombify.runner.request import Request
from kombify.runner.routing import remember_routing
from kombify.runner.transcript import Transcript, screen
from kombify.runner.variables import VARIABLES

GO = b"go"
COMPLETE = b"complete"
BLOCK = 65_536
MOST = 1_000_000
"""Bytes that are kept of what is printed past Ansible."""
CRASHED = 250
INTERRUPTED = 99
"""Ansible's exit codes for what it did not expect, and for Ctrl-C."""

_transcript: list[Transcript] = []


def transcript_of_this_process() -> Transcript:
    """Return what Ansible's callback writes into."""
    return _transcript[0]


class Playbook:
    """One run of Ansible, as the process of the job sees it."""

    def __init__(self, job: Job, request: Request, redactor: Redactor) -> None:
        """Make the process. It imports Ansible at once, and ends when we do before it was told to run."""
        self.complete = False
        """Whether Ansible came to its own end."""
        self._job = job
        self._redactor = redactor
        self._printed = b""
        told, self._tell = os.pipe()
        self._hear, say = os.pipe()
        self._output, output = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            for ours in (self._tell, self._hear, self._output):
                os.close(ours)
            _be_ansible(job, request, redactor, told, say, output)
        for theirs in (told, say, output):
            os.close(theirs)
        for handle in (self._hear, self._output):
            os.set_blocking(handle, False)
        self._process = os.pidfd_open(self._pid)

    def run(self, overdue: Callable[[], bool], look: float) -> int | None:
        """Let it run to its end, and return its exit code; None when it was killed.

        Every so many seconds it is asked whether the end is overdue; then the process is killed.
        """
        with suppress(BrokenPipeError):  # it may have been interrupted already
            os.write(self._tell, GO)
        while self._process not in select([self._process, self._output], [], [], look)[0]:
            self._read_output()
            processes.bury(self._pid)
            if overdue():
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        with suppress(BlockingIOError):
            self.complete = os.read(self._hear, BLOCK) == COMPLETE
        self._keep_output()
        return code if code >= 0 else None

    def interrupt(self) -> None:
        """Do what Ctrl-C does: Ansible stops its workers, and says that it was interrupted."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGINT)

    def _read_output(self) -> bytes:
        """Read what somebody printed past Ansible, such as a program that a lookup called."""
        with suppress(BlockingIOError):
            read = os.read(self._output, BLOCK)
            self._printed += read[: MOST - len(self._printed)]
            return read
        return b""

    def _keep_output(self) -> None:
        while self._read_output():
            pass
        transcript = Transcript(self._job, self._redactor)
        transcript.write(self._printed.decode(errors="replace"))
        transcript.close()


def _be_ansible(job: Job, request: Request, redactor: Redactor, told: int, say: int, output: int) -> NoReturn:
    """Be the process of Ansible, from the fork to its end. Nothing of what called us goes on here."""
    code = CRASHED
    try:
        transcript = _prepared(job, redactor, output)
        code = _ran(job, request.arguments(job.folder / VARIABLES), told)
        if transcript.complete:
            os.write(say, COMPLETE)
        atexit._run_exitfuncs()
        transcript.close()
    except BaseException:  # noqa: BLE001 - nothing may come back from here
        traceback.print_exc()
    finally:
        # To tear an interpreter down takes a tenth of a second, for nothing.
        os._exit(code)


def _prepared(job: Job, redactor: Redactor, output: int) -> Transcript:
    """Become a process that has nothing to do with the one that it was made of."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.__stdin__.fileno())  # type: ignore[union-attr]
    for stream in (1, 2):
        os.dup2(output, stream)
    transcript = Transcript(job, redactor)
    _transcript.append(transcript)
    sys.stdout, sys.stderr = screen(transcript), screen(transcript)
    return transcript


def _ran(job: Job, arguments: list[str], told: int) -> int:
    """Import Ansible, wait for the word, run, and return the exit code."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "ansible_collections"]:
        del sys.modules[name]  # Ansible finds collections in a way of its own
    gc.disable()  # what is imported stays
    try:
        from ansible.cli.playbook import main  # type: ignore[import-untyped]

        gc.freeze()
        gc.enable()
        remember_routing(routing(job.folder.parent))
        if os.read(told, BLOCK) != GO:
            return 0
        sys.argv = [str(Path(sys.executable).with_name("ansible-playbook")), *arguments]
        main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return 0
