"""The playbook kombify.stack.awx, with the real modules of awx.awx, against a simulated AWX."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

EXAMPLE = Path(__file__).parents[3] / "docs/examples/awx/kombination.yaml"
PATIENCE = 600
RECAP = re.compile(r"^localhost\s+: ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=(\d+)", re.MULTILINE)


@dataclass
class Awx:
    """The simulated AWX, and the spec that names it."""

    url: str
    key: str
    spec: Path

    def play(self, *words: str) -> tuple[int, int, str]:
        """Run the playbook; return how many tasks changed something and failed, and what was said."""
        program = Path(sys.executable).with_name("ansible-playbook")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE")}
        ran = subprocess.run(
            [program, "kombify.stack.awx", "-e", json.dumps({"kombify_spec": str(self.spec)}), *words],
            env=kept
            | {"AWX_TOKEN": self.key, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(self.spec.parent / "ansible")},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = ran.stdout + ran.stderr
        changed, failed = RECAP.findall(said)[-1]
        return int(changed), int(failed), said

    def get(self, kind: str, **wanted: str) -> list[dict[str, Any]]:
        """Return things of a kind."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.get(f"{self.url}/api/v2/{kind}/", params={"page_size": 200, **wanted}, headers=headers)
        results: list[dict[str, Any]] = answer.json()["results"]
        return results


@pytest.fixture(scope="module")
def awx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Awx]:
    """Serve a simulated AWX that is empty."""
    folder = tmp_path_factory.mktemp("awx")
    process = subprocess.Popen([sys.executable, "-m", "kombify.sim.awx", folder], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        url = (folder / "url").read_text(encoding="utf-8")
        spec = folder / "kombination.yaml"
        text = EXAMPLE.read_text(encoding="utf-8")
        spec.write_text(text.replace("https://awx.example.net", url), encoding="utf-8")
        yield Awx(url, (folder / "key").read_text(encoding="utf-8"), spec)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def made(awx: Awx) -> Awx:
    """Run the playbook once."""
    changed, failed, said = awx.play()
    assert (changed > 0, failed) == (True, 0), said
    return awx


def test_a_spec_becomes_templates_of_its_playbooks(made: Awx) -> None:
    templates = {one["name"]: one for one in made.get("job_templates")}
    assert set(templates) == {
        f"home: {name}" for name in ("validate", "facts", "proxmox", "prepare", "pangolin", "site", "destroy")
    }
    site = templates["home: site"]
    names = {name: site["summary_fields"][name]["name"] for name in ("project", "inventory", "execution_environment")}
    assert names == {"project": "kombify.stack", "inventory": "home", "execution_environment": "kombify: home"}
    assert site["playbook"] == "playbooks/site.yml"
    assert all(site[f"ask_{what}_on_launch"] for what in ("job_type", "limit", "tags", "variables"))
    assert [one["name"] for one in templates.values() if one["survey_enabled"]] == ["home: pangolin", "home: destroy"]


def test_the_inventory_reads_the_spec_from_its_repository(made: Awx) -> None:
    (source,) = made.get("inventory_sources")
    assert (source["source"], source["source_path"], source["update_on_launch"]) == ("scm", "kombination.yaml", True)
    assert source["summary_fields"]["source_project"]["name"] == "home"
    assert {one["name"]: one["scm_url"] for one in made.get("projects")}["home"] == "https://git.example.net/home.git"


def test_a_deployment_is_a_workflow_of_the_stages_in_their_order(made: Awx) -> None:
    nodes = {one["identifier"]: one for one in made.get("workflow_job_template_nodes")}
    headers = {"Authorization": f"Bearer {made.key}"}
    after = {
        name: [
            one["identifier"]
            for one in httpx.get(made.url + node["related"]["success_nodes"], headers=headers).json()["results"]
        ]
        for name, node in nodes.items()
    }
    assert after == {"validate": ["proxmox"], "proxmox": ["prepare"], "prepare": ["pangolin"], "pangolin": []}


def test_schedules_of_the_spec_are_schedules_there(made: Awx) -> None:
    schedules = {one["name"]: one for one in made.get("schedules")}
    templates = {one["id"]: one["name"] for one in made.get("unified_job_templates")}
    assert {name: templates[one["unified_job_template"]] for name, one in schedules.items()} == {
        "home: drift": "home: site",
        "home: deploy": "home: deployment",
        "home: keys": "home: pangolin",
    }
    assert schedules["home: drift"]["job_type"] == "check"
    assert schedules["home: drift"]["rrule"].startswith("DTSTART;TZID=Europe/Berlin:")
    assert schedules["home: keys"]["limit"] == "nas"


def test_a_second_run_changes_nothing_and_says_no_secret(made: Awx) -> None:
    changed, failed, said = made.play("-vvv")
    assert (changed, failed) == (0, 0), said
    assert made.key not in said


def test_a_spec_without_awx_is_said_so(awx: Awx, tmp_path: Path) -> None:
    spec = tmp_path / "kombination.yaml"
    text = awx.spec.read_text(encoding="utf-8")
    spec.write_text(text[: text.index("execution:")], encoding="utf-8")
    _changed, failed, said = Awx(awx.url, awx.key, spec).play()
    assert failed == 1
    assert "says nothing of AWX" in " ".join(said.split())
