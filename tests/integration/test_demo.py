"""`kombify demo` goes the whole way, and the README shows what it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SPEC = "inventories/demo/kombination.yaml"
LAB = "demo-in-a-test"
TIME = re.compile(r"(?:\d+ min )?\d+(?:\.\d)? s\b")
BLOCK = re.compile(r"<!-- demo -->\n```text\n(.*?)```\n", re.DOTALL)


def kombify(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([Path(sys.executable).with_name("kombify"), *words], capture_output=True, text=True)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo, so that its runs are not kept in the repository."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree((REPOSITORY / SPEC).parent, folder, ignore=shutil.ignore_patterns(".kombify"))
    return folder / "kombination.yaml"


@pytest.fixture(scope="module")
def tour(spec: Path) -> Iterator[subprocess.CompletedProcess[str]]:
    """The demo in a lab of its own, run once for all tests."""
    yield kombify("demo", str(spec), "--lab", LAB)
    kombify("sim", "down", LAB)


def comparable(text: str, spec: Path) -> list[str]:
    """Return the lines without what differs from run to run: times, the widths that they give, the order of hosts."""
    text = TIME.sub("TIME", text.replace(str(spec), SPEC).replace(LAB, "demo"))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return sorted(line for line in lines if line and not line.startswith("Log: "))


def test_the_demo_makes_machines_and_a_second_run_changes_nothing(
    tour: subprocess.CompletedProcess[str], spec: Path
) -> None:
    assert tour.returncode == 0, tour.stdout + tour.stderr
    assert re.findall(r"^demo up: done in .*, (.*)$", tour.stdout, re.MULTILINE)[1:] == ["nothing changed"] * 2
    assert tour.stdout.count("running") >= 4
    assert spec.read_bytes() == (REPOSITORY / SPEC).read_bytes()


def test_the_readme_shows_what_the_demo_prints(tour: subprocess.CompletedProcess[str], spec: Path) -> None:
    shown = BLOCK.search((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert shown is not None
    printed = comparable(tour.stdout, spec)
    assert [line for line in comparable(shown[1], spec) if line not in printed] == []


def test_a_machine_of_the_demo_reaches_another_through_the_vpn(tour: subprocess.CompletedProcess[str]) -> None:
    reached = kombify("sim", "ssh", LAB, "web-1", "--", "ping", "-c", "1", "-q", "10.99.0.2")
    assert "1 received" in reached.stdout
