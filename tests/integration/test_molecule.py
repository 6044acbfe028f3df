"""The scenarios of Molecule on real machines: what a fresh machine gets, and that a finished one needs nothing.

Each runs as `molecule test` does it: check mode on a fresh machine, converge, once more, check mode again, verify.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from kombify.sim import doctor
from kombify.sim.host import ThisHost
from kombify.sim.lab import labs_folder

REPOSITORY = Path(__file__).parents[2]
SCENARIOS = REPOSITORY / "extensions/molecule"
ROLES = sorted(path.name for path in (REPOSITORY / "roles").iterdir())
PATIENCE = 900

ACTION = re.compile(r"^INFO +\[(?P<scenario>\S+) > (?P<action>\S+)\] Executing$")
RECAP = re.compile(
    r"^(?P<host>\S+) +: ok=(?P<ok>\d+) +changed=(?P<changed>\d+) +unreachable=(?P<lost>\d+) +failed=(?P<bad>\d+)"
)


@dataclass
class Action:
    """One step of a scenario: what Ansible counted over all its hosts."""

    name: str
    ok: int = 0
    changed: int = 0
    failed: int = 0


def actions(scenario: str, output: str) -> list[Action]:
    """Return the steps of a scenario with their counts."""
    found: list[Action] = []
    current = Action("before")
    for line in output.splitlines():
        if begin := ACTION.match(line):
            current = Action(begin["action"])
            if begin["scenario"] == scenario:
                found.append(current)
        elif counts := RECAP.match(line):
            current.ok += int(counts["ok"])
            current.changed += int(counts["changed"])
            current.failed += int(counts["bad"]) + int(counts["lost"])
    return found


@pytest.fixture(scope="module", autouse=True)
def _able() -> None:
    doctor.require(ThisHost(labs_folder()))


@pytest.fixture
def molecule(tmp_path: Path):
    """Run Molecule with a lab and a folder of its own, and leave nothing."""
    lab = f"mol-{secrets.token_hex(4)}"
    programs = Path(sys.executable).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MOLECULE_"))},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "KOMBIFY_LABS": str(tmp_path / "labs"),
        "KOMBIFY_MOLECULE_LAB": lab,
        "MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path / "molecule"),
        "NO_COLOR": "1",
        "COLUMNS": "1000",
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [programs / "molecule", *words]
        # Its log says which step it is at, and what Ansible says stands between: both in one, in order.
        into = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.run(command, cwd=REPOSITORY, env=environment, text=True, timeout=PATIENCE, **into)

    yield run
    if (tmp_path / "labs" / lab).exists():
        subprocess.run([programs / "kombify", "sim", "down", lab], env=environment, check=True, capture_output=True)


def test_every_role_has_a_scenario_that_holds_only_what_differs() -> None:
    own = {"molecule.yml", "converge.yml", "verify.yml"}
    folders = {path.name: {file.name for file in path.iterdir()} for path in SCENARIOS.iterdir() if path.is_dir()}
    assert set(folders) == {"default", *ROLES}
    assert {role for role in ROLES if not own <= folders[role]} == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_scenario_has_the_name_of_its_role(role: str) -> None:
    settings = yaml.safe_load((SCENARIOS / role / "molecule.yml").read_text(encoding="utf-8"))
    assert settings == {"scenario": {"name": role}}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_makes_a_fresh_machine_what_it_says_and_leaves_a_finished_one_alone(role: str, molecule) -> None:
    ran = molecule("test", "--scenario-name", role)
    steps = actions(role, ran.stdout)
    assert ran.returncode == 0, ran.stdout[-6000:]
    fresh, converge, again, finished, verify = (step for step in steps if step.name not in {"syntax", "cleanup"})
    names = [step.name for step in (fresh, converge, again, finished, verify)]
    assert names == ["check", "converge", "idempotence", "check", "verify"]
    # Check mode foresees that there is work, leaves it to do, and at the end foresees none.
    assert (fresh.changed > 0, converge.changed > 0) == (True, True)
    assert (again.changed, finished.changed) == (0, 0)
    assert verify.ok > 0
    assert [step for step in steps if step.failed] == []
