"""The house is as docs and tools expect it: rooms, sizes, headers, versions, and what a release contains."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path

import pathspec
import pytest
import yaml

import ansible_collections.kombify.stack.plugins.module_utils.spec as spec_package
import kombify

REPOSITORY = Path(__file__).parents[1]
ROOMS = {
    *("README.md", "CHANGELOG.rst", "CONTRIBUTING.md", "LICENSE", "Makefile", "ansible.cfg", "galaxy.yml"),
    *("pyproject.toml", ".ansible-lint", ".ci", ".gitignore", ".yamllint"),
    *("api", "changelogs", "docs", "execution-environment", "extensions", "inventories", "meta", "playbooks"),
    *("plugins", "roles", "rulebooks", "stackkits", "tests"),
}
NOT_RELEASED = {"Makefile", "galaxy.yml"}
HEADER = """\
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""


def sources(folder: str, pattern: str = "*.py") -> list[Path]:
    return sorted(path.relative_to(REPOSITORY) for path in (REPOSITORY / folder).rglob(pattern))


def lines(path: Path) -> int:
    return len((REPOSITORY / path).read_text(encoding="utf-8").splitlines())


def code_lines(path: Path) -> int:
    """Count the lines on which something stands that is neither a comment nor the plugin's documentation."""
    module = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
    documentation = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    code = [
        statement
        for statement in module.body
        if not (isinstance(statement, ast.Assign) and documentation & {ast.unparse(name) for name in statement.targets})
    ]
    return len({node.lineno for statement in code for node in ast.walk(statement) if hasattr(node, "lineno")})


def released_files(folder: Path, output: Path) -> set[str]:
    """Build the collection in `folder` and return the names of the files in the artefact."""
    program = Path(sys.executable).with_name("ansible-galaxy")
    build = [program, "collection", "build", "--output-path", output]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(output.glob("kombify-stack-*.tar.gz"))) as artefact:
        return {member.name for member in artefact if not member.isdir()} - {"MANIFEST.json", "FILES.json"}


@pytest.fixture(scope="module")
def ignored() -> pathspec.PathSpec:
    """What git ignores, asked without git: a source archive has none."""
    return pathspec.GitIgnoreSpec.from_lines((REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines())


def test_every_top_level_entry_is_a_room_of_the_house(ignored: pathspec.PathSpec) -> None:
    entries = {f"{path.name}/" if path.is_dir() else path.name for path in REPOSITORY.iterdir()}
    kept = {name.rstrip("/") for name in entries if not ignored.match_file(name)}
    assert kept - {".git"} - ROOMS == set()


def test_plugins_and_module_utils_carry_the_licence_header() -> None:
    files = [path for path in sources("plugins") if path.name != "__init__.py"]
    assert [path for path in files if HEADER not in (REPOSITORY / path).read_text(encoding="utf-8")[:600]] == []


def test_no_plugin_has_more_than_80_lines_of_code() -> None:
    rims = [path for path in sources("plugins") if path.parts[1] != "module_utils"]
    assert {path: code_lines(path) for path in rims if code_lines(path) > 80} == {}


@pytest.mark.parametrize("folder", ["plugins/module_utils", "tests", "api"])
def test_no_file_is_longer_than_300_lines(folder: str) -> None:
    assert {path: lines(path) for path in sources(folder) if lines(path) > 300} == {}


def test_the_versions_agree() -> None:
    galaxy = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["version"] == kombify.__version__ == metadata.version("kombify")


def test_the_collection_is_imported_from_the_working_copy() -> None:
    assert {Path(path).resolve() for path in spec_package.__path__} == {REPOSITORY / "plugins/module_utils/spec"}


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    commands = re.findall(r"^\$ (make \w+)$", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "make test" in commands
    assert "make test" in (REPOSITORY / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_paramiko_is_not_installed() -> None:
    """Ansible imports it whenever it is there, which makes every start slower."""
    installed = {distribution.metadata["Name"].lower() for distribution in metadata.distributions()}
    assert "paramiko" not in installed


def test_a_release_contains_rooms_and_nothing_that_git_ignores(tmp_path: Path, ignored: pathspec.PathSpec) -> None:
    files = released_files(REPOSITORY, tmp_path)
    assert {name.split("/")[0] for name in files} <= ROOMS - NOT_RELEASED
    assert sorted(ignored.match_files(files)) == []
    assert {"LICENSE", "meta/runtime.yml", "api/kombify/__init__.py"} <= files


def test_a_release_leaves_out_what_work_leaves_behind(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ["README.md", "LICENSE", "galaxy.yml", "plugins/filter/kept.py", "stackkits/x/icon.svg"]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).touch()
    shutil.copy(REPOSITORY / "galaxy.yml", copy)
    for name in [
        *(".git/config", ".venv/bin/python", ".venv-3.13/bin/python", ".mypy_cache/x.json", ".kombify/facts.json"),
        *(".ci/run", "build/lib/x.py", "dist/kombify.whl", "kombify-stack-0.0.1.tar.gz"),
        *("api/kombify.egg-info/PKG-INFO", "api/kombify/__pycache__/x.pyc", "api/.mypy_cache/x.json"),
        *("plugins/filter/__pycache__/x.pyc", "inventories/home/.kombify/facts.json", "stackkits/x/.cache/y"),
        *("tests/unit/test_x.py", "tests/test_layout.py", "tests/output/x.json", "changelogs/fragments/x.yml"),
    ]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).touch()
    assert released_files(copy, tmp_path) == {"README.md", "LICENSE", "plugins/filter/kept.py", "stackkits/x/icon.svg"}
