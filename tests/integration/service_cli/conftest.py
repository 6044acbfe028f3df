"""A service as its users start it: a process, with a stack and a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kombify.runner.processes import end_all

HERE = Path(__file__).parent
KOMBIFY = Path(sys.executable).with_name("kombify")
LONG = 300
"""Seconds after which a test gives up."""


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


class Home:
    """A folder with a stack, in which somebody types commands."""

    until = staticmethod(until)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(HERE / "stack", folder / "stacks/home")
        self.steps = folder / "steps"
        self.steps.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        outside = {name: value for name, value in os.environ.items() if not name.startswith("KOMBISTACK_")}
        self.environment = {**outside, "KOMBISTACK_PORT": str(self.port), "KOMBISTACK_STACKS_DIR": "stacks"}
        self.service: subprocess.Popen[bytes] | None = None
        self.started: list[subprocess.Popen[str]] = []

    @property
    def log(self) -> str:
        """All that services here wrote."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def serve(self, *words: str) -> None:
        """Start the service, and wait until it can take jobs."""
        with (self.folder / "log").open("ab") as log:
            command = [KOMBIFY, "serve", *words]
            self.service = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        until(self.ready)

    def ready(self) -> bool:
        assert self.service is not None
        assert self.service.poll() is None, self.log
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=LONG) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return False
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the service, and return its exit code."""
        assert self.service is not None
        self.service.send_signal(how)
        code = self.service.wait(LONG)
        self.service = None
        return code

    def kombify(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Type a command."""
        command = [KOMBIFY, *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment | environment, capture_output=True, text=True, timeout=LONG
        )

    def read(self, *words: str) -> Any:
        """Type a command whose answer a program reads."""
        ran = self.kombify(*words, "--format", "json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def begin(self, *words: str) -> Watching:
        """Type a command that takes its time."""
        return Watching(self, words)

    def step(self, *numbers: int) -> None:
        """Let the playbook take steps."""
        for number in numbers:
            (self.steps / str(number)).touch()

    def launch_steps(self) -> int:
        number: int = self.read("job", "launch", "steps", "-e", f"folder={self.steps}")["id"]
        return number


class Watching:
    """A command that runs, and what it has printed."""

    def __init__(self, home: Home, words: tuple[str, ...]) -> None:
        self._out = home.folder / f"out-{len(home.started)}"
        with self._out.open("w") as out, self._out.with_suffix(".err").open("w") as err:
            self.process = subprocess.Popen(
                # Tests that run in the background are started so that they, and what they start, ignore Ctrl-C.
                ["env", "--default-signal=INT", KOMBIFY, *words],
                cwd=home.folder,
                env=home.environment,
                stdout=out,
                stderr=err,
                text=True,
            )
        home.started.append(self.process)

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._out.with_suffix(".err").read_text(encoding="utf-8")

    def end(self) -> int:
        return self.process.wait(LONG)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    for process in home.started:
        if process.poll() is None:
            process.kill()
        process.wait()
    if home.service is not None:
        home.stop(signal.SIGKILL)
    for request in tmp_path.glob("stacks/home/.kombify/jobs/*/request.json"):
        end_all(request.parent, grace=0)
