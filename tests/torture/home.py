"""The home that is tortured: two machines in a lab, and three stacks that share them."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kombify.runner.processes import end_all
from kombify.sim import doctor, image
from kombify.sim.host import ThisHost
from kombify.sim.lab import Lab, create_lab, labs_folder
from kombify.sim.login import ssh_command
from kombify.sim.machine import Machine

STACKS = ("attic", "cellar", "garden")
MACHINES = {"left": "10.77.66.11", "right": "10.77.66.12"}
TRACE = "/root/trace"
SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: {name}
domain: home.arpa
nodes:
  left: {left}
  right: {right}
"""
PLAY = Path(__file__).with_name("trace.yml")


class Line(NamedTuple):
    """What a play wrote down on a machine."""

    moment: float
    machine: str
    stack: str
    job: str
    word: str


@dataclass(frozen=True)
class Home:
    """Machines, and folders of stacks for one round."""

    lab: Lab
    folder: Path

    @property
    def stacks(self) -> Path:
        """The folder with a folder for each stack."""
        return self.folder / "stacks"

    def build(self) -> None:
        """Write the stacks, and forget what plays wrote before."""
        for name in STACKS:
            stack = self.stacks / name
            (stack / "playbooks").mkdir(parents=True)
            (stack / "group_vars").mkdir()
            (stack / "kombination.yaml").write_text(SPEC.format(name=name, **MACHINES))
            (stack / "playbooks" / PLAY.name).write_text(PLAY.read_text())
            connection = dict(self.lab.driver.connection_vars("left"))
            (stack / "group_vars" / "all.yml").write_text(json.dumps({**connection, "ansible_user": "root"}))
        for machine in MACHINES:
            self._look(machine, f"rm -f {TRACE}")

    def trace(self) -> list[Line]:
        """Return what the plays themselves wrote down, on all machines, by time: they share one clock."""
        found = []
        for machine in MACHINES:
            for text in self._look(machine, f"cat {TRACE} 2>/dev/null || true").splitlines():
                moment, stack, job, word = text.split()
                found.append(Line(float(moment), machine, stack, job, word))
        return sorted(found)

    def job_folders(self) -> list[Path]:
        """Return the folders of all jobs, as the runner calls them."""
        return sorted(self.stacks.glob("*/.kombify/jobs/*/"))

    def clear(self) -> None:
        """End all processes of jobs."""
        for folder in self.job_folders():
            end_all(folder, grace=0)

    def _look(self, machine: str, command: str) -> str:
        words = [*ssh_command(self.lab, machine, "root"), command]
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout


@contextmanager
def machines() -> Iterator[Lab]:
    """Boot the machines, and leave nothing of them behind."""
    doctor.require(ThisHost(labs_folder()))
    image.ensure()
    lab = create_lab(f"torture-{secrets.token_hex(4)}", "netns")
    try:
        lab.up()
        for name, address in MACHINES.items():
            lab.add(Machine(name, f"{address}/24"))
        for name in MACHINES:
            lab.wait(name, 120)
        yield lab
    finally:
        lab.down()
