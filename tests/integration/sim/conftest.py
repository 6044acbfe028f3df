"""Labs of their own for each test, and the proof that nothing of them is left behind.

These tests need root and what `kombify sim doctor` asks for. Where that is missing they fail and say what to do.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kombify.sim import doctor, image
from kombify.sim.errors import SimError
from kombify.sim.host import ThisHost
from kombify.sim.lab import Lab, create_lab, labs_folder
from kombify.sim.login import ssh_command
from kombify.sim.netns.cgroups import LabGroups

KOMBIFY = Path(sys.executable).with_name("kombify")
PATIENCE = 120


@pytest.fixture(scope="session", autouse=True)
def _able() -> None:
    """Fail with the words of the doctor where machines cannot be simulated; build the image once."""
    try:
        doctor.require(ThisHost(labs_folder()))
        image.ensure()
    except SimError as error:
        pytest.fail(str(error))


def traces(name: str, folder: Path) -> list[str]:
    """Return what is left of a lab: files, processes, mounts, its network namespace and its control groups."""
    groups = LabGroups.of(name)
    memory = groups.hierarchies.memory
    places = [
        folder,
        Path("/run/netns", f"kombify-{name}"),
        groups.root,
        *([memory / "kombify" / name] if memory else []),
    ]
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return [
        *(str(path) for path in places if path.exists()),
        *(line for line in mounts if str(folder) in line),
        *(f"process {pid}: {words}" for pid, words in processes() if str(folder) in words),
    ]


def processes() -> Iterator[tuple[int, str]]:
    """Return the number and the command of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield int(path.parent.name), path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue


@pytest.fixture
def new_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Lab]]:
    """Make labs with names that nobody else has; afterwards they are taken down and have left nothing."""
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "labs"))
    made: list[Lab] = []

    def make() -> Lab:
        lab = create_lab(f"test-{secrets.token_hex(4)}", "netns")
        made.append(lab)
        return lab

    yield make
    for lab in made:
        if lab.folder.exists():
            lab.down()
    assert [trace for lab in made for trace in traces(lab.name, lab.folder)] == []


@pytest.fixture
def lab(new_lab: Callable[[], Lab]) -> Lab:
    """Return a lab that is up."""
    made = new_lab()
    made.up()
    return made


@pytest.fixture
def on(lab: Lab) -> Callable[..., str]:
    """Run a command on a node over SSH and return what it said, its errors too; it has to end well."""

    def run(node: str, command: str) -> str:
        lab.wait(node, PATIENCE)
        words = [*ssh_command(lab, node), command]
        ran = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        assert ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return (ran.stdout + ran.stderr).strip()

    return run


@pytest.fixture
def left_of() -> Callable[[Lab], list[str]]:
    """Tell what is left of a lab."""
    return lambda lab: traces(lab.name, lab.folder)


@pytest.fixture
def kombify() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command `kombify sim`."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([KOMBIFY, "sim", *words], capture_output=True, text=True, timeout=PATIENCE)

    return run
