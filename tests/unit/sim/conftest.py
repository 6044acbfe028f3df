"""Stand-ins for what the simulation works with: a machine to look at, a lab, and the programs that it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from kombify.sim.errors import SimError
from kombify.sim.machine import Machine, State
from kombify.sim.order import read_orders, write_order
from kombify.sim.programs import Ended

TOOLS = frozenset({"mmdebstrap", "ip", "nft", "ssh"})
FILES = frozenset({"/dev/net/tun", "/usr/share/keyrings/debian-archive-keyring.gpg"})
TEXTS = {
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13"\nID=debian\nVERSION_ID="13"\n',
    "/proc/sys/fs/inotify/max_user_instances": "1024\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
}


@dataclass(frozen=True)
class FakeHost:
    """A machine that can do everything, unless a test takes something away."""

    root: bool = True
    python: Sequence[int] = (3, 11, 2)
    tools: frozenset[str] = TOOLS
    files: frozenset[str] = FILES
    texts: Mapping[str, str] = field(default_factory=lambda: TEXTS)
    modules: frozenset[str] = frozenset({"fakepve"})
    working: frozenset[str] = frozenset({"unshare"})
    """The programs that end well."""
    overlay: bool = True
    space: int = 2**36

    def which(self, program: str) -> bool:
        return program in self.tools

    def exists(self, path: str) -> bool:
        return path in self.files

    def text(self, path: str) -> str:
        return self.texts.get(path, "")

    def module(self, name: str) -> bool:
        return name in self.modules

    def answers(self, *command: str) -> bool:
        return command[0] in self.working

    def overlays(self) -> bool:
        return self.overlay

    def free(self) -> int:
        return self.space


class FakeDriver:
    """Notes what it is told, and knows a way to every machine."""

    name = "fake"
    unreal: tuple[str, ...] = ("nothing is real",)

    def connection_vars(self, name: str) -> Mapping[str, str]:
        del name
        return {"ansible_ssh_private_key_file": "/labs/lab/id_ed25519"}


class FakeLab:
    """A lab without machines behind it; ``calls`` is what was asked of it, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.driver = FakeDriver()
        self.calls: list[str] = []
        self.states: dict[str, State] = {}
        self.broken: set[str] = set()

    def machines(self) -> dict[str, Machine]:
        return read_orders(self.folder / "nodes")

    def add(self, machine: Machine) -> None:
        if machine.name in self.broken:
            raise SimError(f"{machine.name} does not boot")
        folder = self.folder / "nodes" / machine.name
        folder.mkdir(parents=True)
        write_order(folder, machine)
        self._note("add", machine.name, "running")

    def start(self, name: str) -> None:
        self._note("start", name, "running")

    def stop(self, name: str, *, force: bool = False) -> None:
        del force
        self._note("stop", name, "stopped")

    def rm(self, name: str) -> None:
        (self.folder / "nodes" / name / "machine.json").unlink()
        (self.folder / "nodes" / name).rmdir()
        self.calls.append(f"rm {name}")
        del self.states[name]

    def state(self, name: str) -> State:
        return self.states[name]

    def wait(self, name: str, seconds: float) -> float:
        del seconds
        self.calls.append(f"wait {name}")
        return 0.0

    def _note(self, word: str, name: str, state: State) -> None:
        self.calls.append(f"{word} {name}")
        self.states[name] = state


class FakePrograms:
    """Records commands. ``answers`` maps the beginning of a command to how it ends; all others end well and silent."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.texts: list[str] = []
        self.answers: dict[str, Ended] = {}

    def __call__(self, command: Sequence[str], text: str = "") -> Ended:
        line = " ".join(command)
        self.commands.append(line)
        if text:
            self.texts.append(text)
        return next((ended for begin, ended in self.answers.items() if line.startswith(begin)), Ended(0))

    def ran(self, begin: str) -> list[str]:
        """Return the commands that begin like this."""
        return [line for line in self.commands if line.startswith(begin)]


@pytest.fixture
def host() -> Callable[..., FakeHost]:
    """Make a machine to look at."""
    return FakeHost


@pytest.fixture
def lab(tmp_path: Path) -> FakeLab:
    """Make an empty lab."""
    return FakeLab(tmp_path)


@pytest.fixture
def programs() -> FakePrograms:
    """Make a recorder of commands."""
    return FakePrograms()


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[str], Unified]:
    """Make the plan of a spec, whose head everybody knows."""

    def make(text: str) -> Unified:
        spec = tmp_path / "kombination.yaml"
        head = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: small\n"
        spec.write_text(head + text, encoding="utf-8")
        made = open_project(spec).plan()
        assert made.unified is not None, [str(problem) for problem in made.problems]
        return made.unified

    return make
