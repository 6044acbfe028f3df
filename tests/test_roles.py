"""A stage is one word in seven places, and every role has the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.plan.stages import STAGES

REPOSITORY = Path(__file__).parents[1]
SHARED = "common"
ROLES = sorted(path.name for path in (REPOSITORY / "roles").iterdir() if path.is_dir())
STAGE_ROLES = [name for name in ROLES if name != SHARED]
TASK_LINES = 80


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def load(path: str) -> Any:
    return yaml.safe_load(read(path))


def main_options(role: str) -> dict[str, Any]:
    return load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"].get("options") or {}


def site_stages() -> list[str]:
    return [Path(play["ansible.builtin.import_playbook"]).stem for play in load("playbooks/site.yml")]


def test_every_role_but_the_shared_one_is_a_stage_and_site_runs_them_in_order() -> None:
    order = [stage.name for stage in STAGES]
    assert set(STAGE_ROLES) <= set(order)
    assert site_stages() == [name for name in order if name in STAGE_ROLES]


@pytest.mark.parametrize("role", STAGE_ROLES)
def test_the_stages_word_names_playbook_tag_hosts_scenario_and_row(role: str) -> None:
    first, *_ = plays = load(f"playbooks/{role}.yml")
    stage = next(stage for stage in STAGES if stage.name == role)
    assert (first["name"], first["hosts"]) == (stage.title, stage.hosts)
    assert all(play["tags"] == [role] for play in plays)
    assert [entry["role"] for entry in first["roles"]] == [f"kombify.stack.{role}"]
    assert f"| `{role}` |" in read("README.md")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_three_parts_a_way_back_and_a_scenario(role: str) -> None:
    folder = REPOSITORY / "roles" / role
    wanted = ["README.md", "defaults/main.yml", "meta/main.yml", "tasks/main.yml"]
    wanted += [f"tasks/{part}.yml" for part in ("preflight", "apply", "verify", "undo")]
    assert [name for name in wanted if not (folder / name).is_file()] == []
    scenario = REPOSITORY / "extensions/molecule" / role
    assert [name for name in ("molecule.yml", "converge.yml", "verify.yml") if not (scenario / name).is_file()] == []


@pytest.mark.parametrize("role", ROLES)
def test_the_defaults_of_a_role_are_what_its_arguments_say(role: str) -> None:
    said = {name: option["default"] for name, option in main_options(role).items() if "default" in option}
    assert (load(f"roles/{role}/defaults/main.yml") or {}) == said


@pytest.mark.parametrize("role", ROLES)
def test_every_input_of_a_role_is_documented_and_carries_its_name(role: str) -> None:
    options = main_options(role)
    assert [name for name in options if not name.startswith(f"{role}_")] == []
    assert [name for name, option in options.items() if not option.get("description")] == []
    readme = read(f"roles/{role}/README.md")
    assert [name for name in options if name not in readme] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_file_of_tasks_is_longer_than_80_lines(role: str) -> None:
    files = (REPOSITORY / "roles" / role / "tasks").glob("*.yml")
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > TASK_LINES} == {}
