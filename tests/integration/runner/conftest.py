"""The command as a user runs it, on machines that are folders of this computer, with playbooks of our own.

The collection is the real one but for its playbooks, so everything else is as in a real run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kombify.runner.job import Job, jobs_folder, jobs_of
from kombify.runner.processes import end_all

REPOSITORY = Path(__file__).parents[3]
SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
defaults:
  node:
    vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
nodes:
  nas: {address: 192.0.2.10}
  mini: {address: 192.0.2.11}
"""


@dataclass
class Stack:
    """A stack in a folder of its own, and the command that brings it up."""

    folder: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def machines(self) -> Path:
        """What the playbooks change."""
        return self.folder / "machines"

    def playbook(self, text: str, name: str = "site") -> None:
        """Write a playbook of the collection."""
        path = self.folder / f"collections/ansible_collections/kombify/stack/playbooks/{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command and do not wait for it."""
        process = subprocess.Popen(
            [Path(sys.executable).with_name("kombify"), *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        return process

    def run(self, *words: str) -> tuple[int, str]:
        """Run the command to its end; return its exit code and what it wrote."""
        process = self.start(*words)
        written, _nothing = process.communicate(timeout=120)
        return process.returncode, written

    def jobs(self) -> list[Job]:
        """Return the jobs of the stack, the oldest first."""
        return jobs_of(jobs_folder(self.folder))


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Return a stack of two machines; nothing of it is left when the test has ended. A parameter is the runner."""
    collection = tmp_path / "collections/ansible_collections/kombify/stack"
    collection.mkdir(parents=True)
    for name in ("galaxy.yml", "meta", "plugins", "stackkits"):
        (collection / name).symlink_to(REPOSITORY / name)
    (tmp_path / "kombination.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "machines").mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KOMBIFY_"))},
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections"),
        "MACHINES": str(tmp_path / "machines"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "KOMBIFY_RUNNER": getattr(request, "param", ""),
    }
    stack = Stack(tmp_path, environment)
    yield stack
    for process in stack.running:
        process.kill()
        process.wait()
        process.stdout.close()
    for job in stack.jobs():
        end_all(job.folder, grace=0)
        assert not job.passing.exists()
