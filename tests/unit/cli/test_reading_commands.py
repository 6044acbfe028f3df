"""Every command that only reads, as text and as data, and what none of them may do."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.plan.placement import solver

COMMANDS = {
    "validate": ["validate"],
    "plan": ["plan"],
    "explain": ["explain", "uptime-kuma"],
    "explain-not": ["explain", "uptime-kuma", "--not", "mini"],
    "explain-pinned": ["explain", "jellyfin"],
    "explain-code": ["explain", "K601"],
    "why": ["why", "nodes.mini.memory"],
    "graph": ["graph"],
    "graph-mermaid": ["graph", "--format", "mermaid"],
    "graph-svg": ["graph", "--format", "svg"],
    "capacity": ["capacity"],
    "simulate": ["simulate", "--lose", "mini"],
    "rebalance": ["rebalance"],
    "inventory": ["inventory"],
    "inventory-host": ["inventory", "--host", "nas"],
    "docs": ["docs"],
}
DATA = [
    ["validate", "--format", "json"],
    ["validate", "--format", "sarif"],
    ["plan", "--format", "json"],
    ["explain", "uptime-kuma", "--format", "json"],
    ["explain", "K601", "--format", "json"],
    ["why", "nodes.mini.memory", "--format", "json"],
    ["graph", "--format", "json"],
    ["capacity", "--format", "json"],
    ["simulate", "--lose", "mini", "--format", "json"],
    ["rebalance", "--format", "json"],
    ["inventory", "--format", "json"],
    ["inventory", "--host", "nas", "--format", "json"],
    *(["schema", subject] for subject in ("spec", "kit", "requirements", "unified")),
]


def without_hashes(text: str) -> str:
    """Hide what changes with every edit of a kit or a fixture."""
    return re.sub(r"\b[0-9a-f]{8,64}\b", "HASH", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_what_it_is_known_to_show(name: str, run, stack, golden) -> None:
    stack("home", facts=True)
    ran = run(*COMMANDS[name])
    assert (ran.code, ran.err) == (0, "")
    golden(f"{name}.txt", without_hashes(ran.out))


@pytest.mark.parametrize("words", DATA, ids=" ".join)
def test_programs_get_json(words: list[str], run, stack) -> None:
    stack("home", facts=True)
    ran = run(*words)
    assert (ran.code, ran.err) == (0, "")
    assert isinstance(json.loads(ran.out), dict)


@pytest.mark.parametrize("words", [*COMMANDS.values(), *DATA], ids=" ".join)
def test_a_reading_command_leaves_the_folder_as_it_was(words: list[str], run, stack, tmp_path: Path) -> None:
    stack("home", facts=True)
    before = contents(tmp_path)
    run(*words)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("words", [*COMMANDS.values(), *DATA], ids=" ".join)
def test_piped_output_has_no_escape_codes(words: list[str], run, stack) -> None:
    stack("home", facts=True)
    ran = run(*words)
    assert "\x1b" not in ran.out + ran.err


def contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("stage", ["requirements", "unified"])
def test_what_a_plan_is_written_down_in_meets_its_schema(stage: str, run, stack, tmp_path: Path) -> None:
    stack("home")
    run("plan", "--save")
    written = yaml.safe_load((tmp_path / f".kombify/{stage}.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(written, json.loads(run("schema", stage).out))


def test_plan_says_when_the_exact_solver_was_wanted_but_is_not_there(run, stack, monkeypatch) -> None:
    monkeypatch.setattr(solver, "available", lambda: False)
    stack("home")
    done = run("plan", "--set", "placement.mode=optimal")
    assert "pip install 'kombify[solver]'" in " ".join(done.out.split())
