"""The playbook facts measures the machines that it reaches, and the plan then places what waited for their size."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project

REPOSITORY = Path(__file__).parents[3]
FIXTURES = Path(__file__).parent / "fixtures"
UNREACHABLE = 4


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / "stack").mkdir()
    path = tmp_path / "stack/kombination.yaml"
    path.write_bytes((FIXTURES / "facts.kombination.yaml").read_bytes())
    return path


def play(spec: Path, playbook: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook on a spec, with a home of its own and the repository's configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE", "XDG"))}
    home = spec.parents[1]
    settings = {**kept, "HOME": str(home), "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    command = [Path(sys.executable).with_name("ansible-playbook"), "-i", spec, playbook, *arguments]
    return subprocess.run(list(map(str, command)), cwd=home, env=settings, capture_output=True, text=True, timeout=120)


def gather(spec: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return play(spec, REPOSITORY / "playbooks/facts.yml", *arguments)


def facts_of(spec: Path) -> dict[str, Any]:
    return json.loads((spec.parent / ".kombify/facts.json").read_text(encoding="utf-8"))["nodes"]


def put_facts(spec: Path, **nodes: object) -> None:
    (spec.parent / ".kombify").mkdir()
    (spec.parent / ".kombify/facts.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")


def test_after_gathering_facts_the_plan_places_what_waited(stack: Path) -> None:
    assert open_project(stack).plan().rounds.waiting
    done = gather(stack)
    assert done.returncode == UNREACHABLE, done.stdout + done.stderr
    assert list(facts_of(stack)) == ["nas"]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert facts_of(stack)["nas"]["memory"] == pytest.approx(memory, rel=0.02)
    plan = open_project(stack).plan(datetime.now(UTC).date())
    assert plan.lock.placement == {"uptime-kuma": "nas"}
    assert [problem.code for problem in plan.problems if "'nas'" in problem.message] == []


def test_only_its_owner_may_read_the_facts_and_nothing_else_is_left(stack: Path) -> None:
    gather(stack, "--limit", "nas")
    folder = stack.parent / ".kombify"
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())} == {
        ".kombify": "0o700",
        "facts.json": "0o600",
    }


def test_a_machine_that_was_not_reached_keeps_its_facts(stack: Path) -> None:
    old = {"gathered": "2026-01-01T00:00:00Z", "cpu": 4}
    put_facts(stack, gone=old, sold=old)
    gather(stack)
    facts = facts_of(stack)
    assert sorted(facts) == ["gone", "nas"]
    assert (facts["gone"]["gathered"], facts["gone"]["cpu"]) == (old["gathered"], 4)
    assert facts["nas"]["gathered"] > old["gathered"]


def test_check_mode_shows_the_change_and_writes_nothing(stack: Path) -> None:
    done = gather(stack, "--limit", "nas", "--check", "--diff")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '+    "nas": {' in done.stdout
    assert re.search(r"nas +: ok=5 +changed=1 ", done.stdout)
    assert not (stack.parent / ".kombify").exists()


def test_a_later_date_is_written_and_is_no_change(stack: Path) -> None:
    play(stack, FIXTURES / "lying.yml")
    facts = facts_of(stack)
    facts["nas"]["gathered"] = "2026-01-01T00:00:00Z"
    (stack.parent / ".kombify/facts.json").write_text(json.dumps({"nodes": facts}), encoding="utf-8")
    done = play(stack, FIXTURES / "lying.yml", "--diff")
    assert " changed=0 " in done.stdout, done.stdout + done.stderr
    assert facts_of(stack)["nas"]["gathered"] > "2026-01-01T00:00:00Z"


def test_nothing_that_a_machine_says_is_a_template(stack: Path) -> None:
    done = play(stack, FIXTURES / "lying.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {key: value for key, value in facts_of(stack)["nas"].items() if key != "gathered"} == {
        "cpu": 3,
        "devices": [],
        "foreign": {"cpu": 0, "memory": 0, "storage": 0},
        "labels": {},
    }
    assert list(stack.parents[1].rglob("pwned")) == []


def test_a_folder_that_cannot_be_written_is_said(stack: Path) -> None:
    (stack.parent / ".kombify").write_text("in the way", encoding="utf-8")
    done = gather(stack, "--limit", "nas")
    assert f"{stack.parent}/.kombify/facts.json cannot be written: " in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
