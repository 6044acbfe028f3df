# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan depends on its four inputs alone, and on what they say, not on how it is written down."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import dump_lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan

INVENTORIES = Path(__file__).parents[3] / "inventories"
EXAMPLES = ["home", "platform", "fleet"]
FACTS = {
    "version": 1,
    "nodes": {
        "nas": {"gathered": "2026-11-20T02:10:00Z", "cpu": 4, "memory": 16 * 2**30, "storage": 2 * 10**12},
        "mini": {"gathered": "2026-11-20T02:10:00Z", "cpu": 8, "memory": 32 * 2**30, "storage": 512 * 10**9},
    },
}


def copied(example: str, folder: Path) -> Path:
    return Path(shutil.copytree(INVENTORIES / example, folder / example))


def with_facts(folder: Path) -> Path:
    stack = copied("home", folder)
    (stack / ".kombify").mkdir(exist_ok=True)
    (stack / ".kombify" / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    return stack


def dumped(plan: Plan, *, origins: bool = True) -> str:
    """Return everything that a plan would write."""
    assert plan.unified is not None
    stages = [plan.requirements.model_dump(mode="json"), plan.unified.model_dump(mode="json")]
    text = json.dumps(stages if origins else without_places(stages), sort_keys=True)
    return text + dump_lock(plan.lock)


def without_places(data: Any) -> Any:
    """Leave out what names a line or the file's bytes, and forget the order of lists that have none of their own."""
    if isinstance(data, dict):
        return {key: without_places(value) for key, value in data.items() if key not in ("origin", "spec_digest")}
    return [without_places(value) for value in data] if isinstance(data, list) else data


def shuffled(data: Any, chance: random.Random) -> Any:
    if isinstance(data, dict):
        keys = list(data)
        chance.shuffle(keys)
        return {key: shuffled(data[key], chance) for key in keys}
    return [shuffled(value, chance) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_same_inputs_give_the_same_bytes(example: str) -> None:
    assert dumped(open_project(INVENTORIES / example).plan()) == dumped(open_project(INVENTORIES / example).plan())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_order_of_keys_in_the_spec_does_not_matter(example: str, seed: int, tmp_path: Path) -> None:
    stack = copied(example, tmp_path)
    path = stack / "kombination.yaml"
    before = dumped(open_project(stack).plan(), origins=False)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(shuffled(data, random.Random(seed)), sort_keys=False), encoding="utf-8")
    assert dumped(open_project(stack).plan(), origins=False) == before


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_plan_from_its_own_lock_changes_nothing(example: str, tmp_path: Path) -> None:
    stack = copied(example, tmp_path)
    first = open_project(stack).plan()
    (stack / "kombination.lock").write_text(dump_lock(first.lock), encoding="utf-8")
    second = open_project(stack).plan()
    assert dump_lock(second.lock) == dump_lock(first.lock)
    assert set(second.rounds.services.result.verdicts.values()) <= {"kept"}


def test_facts_give_waiting_services_a_place(tmp_path: Path) -> None:
    plan = open_project(with_facts(tmp_path)).plan()
    assert not plan.rounds.waiting
    assert plan.rounds.instances == {"jellyfin": "nas", "uptime-kuma": "mini", "vaultwarden": "mini"}


def test_a_value_knows_whether_spec_facts_lock_or_plan_gave_it(tmp_path: Path) -> None:
    stack = with_facts(tmp_path)
    plan = open_project(stack).plan()
    assert plan.unified is not None
    nas = plan.unified.nodes["nas"]
    assert nas.origin["address"] == "spec:8:8"
    assert nas.origin["memory"] == "fact:nas 2026-11-20"
    assert plan.unified.services["jellyfin"].origin["memory"].startswith("kit:jellyfin@")


@pytest.mark.parametrize("example", EXAMPLES)
def test_planning_never_writes_into_the_stacks_folder(example: str, tmp_path: Path) -> None:
    stack = copied(example, tmp_path)
    before = {path: path.read_bytes() for path in stack.rglob("*") if path.is_file()}
    open_project(stack).plan()
    assert {path: path.read_bytes() for path in stack.rglob("*") if path.is_file()} == before


def test_a_spec_with_errors_has_no_unified_plan_and_keeps_its_lock(tmp_path: Path) -> None:
    stack = copied("home", tmp_path)
    path = stack / "kombination.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("runs_on: nas", "runs_on: nass"), encoding="utf-8")
    plan = open_project(stack).plan()
    assert plan.unified is None
    assert plan.lock is plan.old_lock
    assert [problem.code for problem in plan.problems if problem.severity == "error"] == ["K306"]
