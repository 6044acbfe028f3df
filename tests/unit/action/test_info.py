"""spec_info, plan_info and the playbook validate, in real plays; the asserts on results stand in fixtures/info.yml."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.plugin_utils.stack import PACKAGES

REPOSITORY = Path(__file__).parents[3]
FIXTURES = Path(__file__).parent / "fixtures"
HOME = REPOSITORY / "inventories/home/kombination.yaml"


def play(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook in a folder, with that folder as home and the repository's configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE", "XDG"))}
    settings = {**kept, "HOME": str(folder), "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("mode", [(), ("--check", "--diff")], ids=["run", "check"])
def test_a_play_learns_what_a_stack_declares_and_becomes(mode: tuple[str, ...], tmp_path: Path) -> None:
    done = play(tmp_path, "-i", HOME, FIXTURES / "info.yml", *mode)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "pwned").exists()


def test_a_folder_will_do_and_a_path_counts_from_where_one_stands(tmp_path: Path) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack/kombination.yaml").write_bytes((FIXTURES / "small.kombination.yaml").read_bytes())
    done = play(tmp_path, "kombify.stack.validate", "-e", "kombify_spec=stack")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{tmp_path}/stack/kombination.yaml is valid" in done.stdout


def test_validate_says_what_the_inventory_becomes(tmp_path: Path) -> None:
    done = play(tmp_path, "-i", HOME, REPOSITORY / "playbooks/validate.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 machines, 0 clusters" in done.stdout
    assert re.search(r"localhost +: ok=4 +changed=0 .* skipped=0 ", done.stdout)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("broken", "K301 service 'vaultwarden' needs 'postgress'"),
        ("empty", "declares no machines. Add one under nodes."),
    ],
)
def test_validate_refuses_what_would_do_nothing(name: str, words: str, tmp_path: Path) -> None:
    done = play(tmp_path, "kombify.stack.validate", "-e", f"kombify_spec={FIXTURES / name}.kombination.yaml")
    assert done.returncode != 0
    assert words in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["spec_info", "plan_info"])
def test_samples_have_the_types_that_they_document(name: str) -> None:
    text = (REPOSITORY / f"plugins/modules/{name}.py").read_text(encoding="utf-8")
    returns = yaml.safe_load(text.partition('RETURN = r"""')[2].rpartition('"""')[0])
    kinds = {"str": str, "dict": dict, "list": list, "bool": bool}
    assert [key for key, value in returns.items() if not isinstance(value["sample"], kinds[value["type"]])] == []


def test_the_packages_that_we_ask_for_are_those_of_the_distribution() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert [package for package in PACKAGES.values() if f'"{package}"' not in text] == []
