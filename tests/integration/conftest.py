"""Machines with a real systemd and a real sshd for the tests of roles, and Ansible's runs on them."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kombify.sim import doctor, image
from kombify.sim.errors import SimError
from kombify.sim.host import ThisHost
from kombify.sim.lab import Lab, create_lab, labs_folder
from kombify.sim.login import ssh_command
from kombify.sim.machine import Machine

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PATIENCE = 300
RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Ran:
    """The end of a run: what it said, in one line, and by machine how much it changed and whether it failed."""

    said: str
    changed: dict[str, int]
    failed: dict[str, bool]

    def went_well(self) -> bool:
        """Tell whether no machine failed or was out of reach."""
        return bool(self.failed) and not any(self.failed.values())


@dataclass(frozen=True)
class Site:
    """Machines in a lab, and the inventory that describes them."""

    lab: Lab
    inventory: Path

    def look(self, name: str, command: str) -> str:
        """Run a command as root on a machine and return all that it said, whatever its return code."""
        words = [*ssh_command(self.lab, name, "root"), command]
        ran = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        return (ran.stdout + ran.stderr).strip()

    def until(self, name: str, command: str, answer: str) -> None:
        """Wait until a command on a machine says this: nothing else tells when it has come so far by itself."""
        end = time.monotonic() + PATIENCE
        while (said := self.look(name, command)) != answer:
            assert time.monotonic() < end, f"{name}: {command} says {said}"
            time.sleep(0.1)

    def start(self, *arguments: str, program: str = "ansible-playbook", **variables: Any) -> subprocess.Popen[str]:
        """Start Ansible, as a process group of its own, and do not wait for it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE")}
        settings = {
            "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOME": str(self.lab.folder),
        }
        command = [str(BIN / program), f"--inventory={self.inventory}", f"--inventory={self.lab.inventory}"]
        command += ["-e", json.dumps(variables), *arguments]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, env=kept | settings, text=True, start_new_session=True, **streams)

    def play(self, *arguments: str, **variables: Any) -> Ran:
        """Run a playbook to its end."""
        return self.ended(self.start(*arguments, **variables))

    @staticmethod
    def ended(process: subprocess.Popen[str]) -> Ran:
        """Wait for the end of a run."""
        said, _nothing = process.communicate(timeout=PATIENCE)
        counts = RECAP.findall(said)
        return Ran(
            said=" ".join(said.split()),
            changed={host: int(changed) for host, changed, _lost, _failed in counts},
            failed={host: (lost, failed) != ("0", "0") for host, _changed, lost, failed in counts},
        )

    @staticmethod
    def kill(process: subprocess.Popen[str]) -> None:
        """End a run with all that it started, at once."""
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


NewSite = Callable[..., Site]


@pytest.fixture(scope="module")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewSite]:
    """Return what boots machines; nothing of them is left after the tests of the module."""
    patch = pytest.MonkeyPatch()
    patch.setenv("KOMBIFY_LABS", str(tmp_path_factory.mktemp("labs")))
    labs: list[Lab] = []

    def boot(inventory: Path, *machines: Machine) -> Site:
        labs.append(create_lab(f"test-{secrets.token_hex(4)}", "netns"))
        labs[-1].up()
        for machine in machines:
            labs[-1].add(machine)
        for machine in machines:
            labs[-1].wait(machine.name, PATIENCE)
        return Site(labs[-1], inventory)

    try:
        doctor.require(ThisHost(labs_folder()))
        image.ensure()
        yield boot
    except SimError as error:
        pytest.fail(str(error))
    finally:
        for lab in labs:
            lab.down()
        patch.undo()
