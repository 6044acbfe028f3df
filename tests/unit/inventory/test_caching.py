"""A second run: nothing is made again, and nothing old is shown. Where pydantic cannot be imported, no plan is made."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.plugin_utils.stack import PACKAGES

Run = Callable[..., subprocess.CompletedProcess[str]]

REPOSITORY = Path(__file__).parents[3]
OURS = REPOSITORY / "ansible.cfg"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return Path(shutil.copy(REPOSITORY / "inventories/home/kombination.yaml", tmp_path))


def graph(run: Run, spec: Path, *arguments: str, **environment: object) -> subprocess.CompletedProcess[str]:
    return run("ansible-inventory", "-i", spec, "--graph", *arguments, ANSIBLE_CONFIG=OURS, **environment)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    run: Run, spec: Path, without_pydantic: Path
) -> None:
    done = graph(run, spec, PYTHONPATH=without_pydantic)
    assert done.returncode != 0
    assert f"kombify.stack needs the Python package {PACKAGES['pydantic']} where Ansible runs." in done.stderr
    assert f"-m pip install {shlex.join(PACKAGES.values())}" in done.stderr


def test_an_unchanged_spec_is_not_read_again_and_says_the_same(run: Run, spec: Path, without_pydantic: Path) -> None:
    first = graph(run, spec)
    second = graph(run, spec, PYTHONPATH=without_pydantic)
    assert second.returncode == 0
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr)


def test_a_changed_spec_a_new_lock_or_a_flush_makes_the_plan_anew(run: Run, spec: Path, without_pydantic: Path) -> None:
    graph(run, spec)
    assert graph(run, spec, "--flush-cache", PYTHONPATH=without_pydantic).returncode != 0
    lock = spec.with_name("kombination.lock")
    lock.write_text("version: 1\n", encoding="utf-8")
    assert graph(run, spec, PYTHONPATH=without_pydantic).returncode != 0
    lock.unlink()
    assert graph(run, spec, PYTHONPATH=without_pydantic).returncode == 0
    spec.write_text(spec.read_text(encoding="utf-8").replace("mini", "maxi"), encoding="utf-8")
    assert "maxi" in graph(run, spec).stdout


def test_a_cache_plugin_serves_where_our_own_cache_cannot_be_written(
    run: Run, spec: Path, without_pydantic: Path, tmp_path: Path
) -> None:
    settings = {
        "XDG_CACHE_HOME": spec,
        "ANSIBLE_INVENTORY_CACHE": "true",
        "ANSIBLE_INVENTORY_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_INVENTORY_CACHE_CONNECTION": tmp_path / "facts",
    }
    first = graph(run, spec, **settings)
    assert len(list((tmp_path / "facts").iterdir())) == 1
    second = graph(run, spec, PYTHONPATH=without_pydantic, **settings)
    assert (second.returncode, second.stdout) == (0, first.stdout)
    spec.write_text(spec.read_text(encoding="utf-8").replace("mini", "maxi"), encoding="utf-8")
    assert "maxi" in graph(run, spec, **settings).stdout
