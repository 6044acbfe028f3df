"""The command as a user runs it, in a folder of its own, with the clock held still."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kombify.cli import main

HERE = Path(__file__).parent
MOMENT = "1795219200"
"""2026-11-21, the day on which all these commands run."""


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in an empty folder."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "KOMBIFY_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", MOMENT)
    monkeypatch.chdir(tmp_path)

    def kombify(*words: str) -> Ran:
        code = main(words)
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return kombify


@pytest.fixture
def stack(tmp_path: Path) -> Callable[[str], Path]:
    """Put a stack of the fixtures into the folder in which the command runs; return its spec."""

    def put(name: str, *, facts: bool = False) -> Path:
        spec = tmp_path / "kombination.yaml"
        shutil.copyfile(HERE / "fixtures" / name / "kombination.yaml", spec)
        if facts:
            (tmp_path / ".kombify").mkdir()
            shutil.copyfile(HERE / "fixtures/facts.json", tmp_path / ".kombify/facts.json")
        return spec

    return put


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a file; ``GOLDEN=write pytest …`` writes the files again."""

    def compare(name: str, text: str) -> None:
        path = HERE / "golden" / name
        if os.environ.get("GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
