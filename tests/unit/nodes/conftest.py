"""A machine for tests: a folder for its files, and a systemd that only takes notes."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.nodes.change import make_change
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wanted import read_request
from ansible_collections.kombify.stack.plugins.modules.files import FILE, UNIT

PROGRAMS = Path(__file__).parent / "fixtures/bin"


class Machine:
    """Where a change is made. `etc` is for files, `units` has the state of systemd."""

    def __init__(self, folder: Path) -> None:
        self.etc, self.units, self.state = folder / "etc", folder / "units", folder / "lib/changes"
        self.etc.mkdir()
        self.units.mkdir()

    def run(self, command: Sequence[str]) -> tuple[int, str, str]:
        environment = {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "UNITS": str(self.units)}
        done = subprocess.run(list(command), env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def change(
        self, *files: dict[str, Any], units: Sequence[dict[str, Any]] = (), check: bool = False
    ) -> dict[str, Any]:
        """Make a change as the module does, with the module's own defaults."""
        request = read_request(
            {
                "files": [_defaults(FILE) | file | {"path": str(self.etc / file["path"])} for file in files],
                "units": [_defaults(UNIT) | unit for unit in units],
                "confirm": False,
                "confirm_within": 1,
            }
        )
        return make_change(request, self.run, check=check, state=self.state)

    def add_unit(self, name: str, *states: str) -> None:
        (self.units / name).mkdir()
        for state in states:
            (self.units / name / state).touch()

    def states_of(self, name: str) -> set[str]:
        return {path.name for path in (self.units / name).iterdir()}

    @property
    def log(self) -> list[str]:
        """What systemd was told to do."""
        path = self.units / "log"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [line.replace("-- ", "") for line in lines if not line.startswith("show")]

    def tree(self) -> dict[str, str]:
        """Every file with its content, links with their target, and folders."""
        return {str(path.relative_to(self.etc)): _seen(path) for path in sorted(self.etc.rglob("*"))}


def _seen(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return "folder" if path.is_dir() else path.read_text(encoding="utf-8")


def _defaults(arguments: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: argument.get("default") for name, argument in arguments.items()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
