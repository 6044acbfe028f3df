"""A machine with a real systemd and a real sshd, and playbooks that change it as a user who is not root."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from kombify.sim import doctor, image
from kombify.sim.errors import SimError
from kombify.sim.host import ThisHost
from kombify.sim.lab import Lab, create_lab, labs_folder
from kombify.sim.login import ssh_command
from kombify.sim.machine import Machine

FIXTURES = Path(__file__).parent / "fixtures"
PATIENCE = 120
NAME, ADDRESS = "n1", "10.77.0.11"


@dataclass(frozen=True)
class Node:
    """One machine. Playbooks come as kombify; the tests look as root, so that a lock-out does not blind them."""

    lab: Lab
    home: Path
    """Where Ansible keeps its connections; its name has to be short, as they are sockets."""

    def sh(self, command: str, user: str = "root") -> str:
        """Run a command and return what it said; it has to end well."""
        words = [*ssh_command(self.lab, NAME, user), command]
        ran = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        assert ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return (ran.stdout + ran.stderr).strip()

    def answers(self, port: int) -> bool:
        """Whether somebody who does not belong to the stack can reach a port."""
        connect = f"import socket; socket.create_connection(('{ADDRESS}', {port}), 1)"
        inside = ["nsenter", f"--net=/run/netns/kombify-{self.lab.name}", sys.executable, "-c", connect]
        return subprocess.run(inside, stderr=subprocess.DEVNULL).returncode == 0

    @property
    def key(self) -> str:
        """The public key that the tests have."""
        return (self.lab.folder / "id_ed25519.pub").read_text(encoding="ascii").strip()

    def reboot(self) -> None:
        """Restart the machine, and wait until SSH answers."""
        self.lab.reboot(NAME)
        self.lab.wait(NAME, PATIENCE)

    def until(self, command: str, answer: str) -> None:
        """Wait until a command says this. Nothing else tells when the machine has come so far by itself."""
        end = time.monotonic() + PATIENCE
        while (said := self.sh(f"{command} 2>&1 || true")) != answer:
            assert time.monotonic() < end, f"{command} says {said}"
            time.sleep(0.1)

    def start(self, playbook: str, *arguments: str, **variables: Any) -> subprocess.Popen[str]:
        """Start a playbook of the fixtures and do not wait for it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE")}
        settings = {
            "ANSIBLE_CONFIG": str(Path(__file__).parents[3] / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOME": str(self.home),
        }
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        inventory = f"--inventory={self.lab.inventory}"
        command = [program, inventory, str(FIXTURES / playbook), "-e", json.dumps(variables), *arguments]
        return subprocess.Popen(
            command, env=kept | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def play(self, playbook: str, *arguments: str, **variables: Any) -> str:
        """Run a playbook of the fixtures to its end, and return what it said in one line."""
        said, _nothing = self.start(playbook, *arguments, **variables).communicate(timeout=3 * PATIENCE)
        return " ".join(said.split())


@pytest.fixture(scope="session", autouse=True)
def _able() -> None:
    """Fail with the words of the doctor where machines cannot be simulated; build the image once."""
    try:
        doctor.require(ThisHost(labs_folder()))
        image.ensure()
    except SimError as error:
        pytest.fail(str(error))


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """Return a machine that has just been made; nothing of it is left afterwards."""
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "labs"))
    lab = create_lab(f"test-{secrets.token_hex(4)}", "netns")
    try:
        lab.up()
        lab.add(Machine(NAME, f"{ADDRESS}/24", memory=512 * 2**20, user="kombify"))
        lab.wait(NAME, PATIENCE)
        with TemporaryDirectory(prefix="k-", dir="/tmp") as home:
            yield Node(lab, Path(home))
    finally:
        lab.down()
