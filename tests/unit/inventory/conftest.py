"""Ansible's own commands, run as a user runs them: in a folder and a home of their own, and with no other settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command of Ansible; keywords are environment variables."""
    (tmp_path / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE", "PYTHON", "XDG"))}
    standard = {"HOME": str(tmp_path / "home"), "ANSIBLE_NOCOLOR": "1", "COLUMNS": "500", "LC_ALL": "C.UTF-8"}

    def runner(program: str, *arguments: object, **environment: object) -> subprocess.CompletedProcess[str]:
        settings = {**kept, **standard, **{name: str(value) for name, value in environment.items()}}
        command = [str(BIN / program), *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120)

    return runner


@pytest.fixture
def without_pydantic(tmp_path: Path) -> Path:
    """Return a folder that, as PYTHONPATH, makes pydantic unimportable."""
    folder = tmp_path / "without"
    folder.mkdir()
    text = 'raise ModuleNotFoundError("No module named \'pydantic\'", name="pydantic")\n'
    (folder / "pydantic.py").write_text(text, encoding="utf-8")
    return folder
