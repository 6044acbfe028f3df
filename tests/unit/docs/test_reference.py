"""The generated pages are up to date and complete, and the index leads to all of them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import CODES

REPOSITORY = Path(__file__).parents[3]
DOCS = REPOSITORY / "docs"
INDEX = (DOCS / "README.md").read_text(encoding="utf-8")
# documents.py runs every command of the guides; tests/test_readme.py holds it.
GENERATORS = sorted(path for path in (DOCS / "generators").glob("*.py") if path.name != "documents.py")
PAGES = [DOCS / "README.md", *sorted((DOCS / "reference").glob("*.md"))]


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("program", GENERATORS, ids=lambda path: path.stem)
def test_what_a_generator_writes_is_up_to_date(program: Path) -> None:
    done = subprocess.run([sys.executable, program, "--check"], cwd=REPOSITORY, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_that_is_not_up_to_date_is_named() -> None:
    program = (
        "import sys; from pages.files import ROOT, write_or_check\n"
        "sys.exit(write_or_check({ROOT / 'docs/reference/cli.md': 'old'}, None))"
    )
    command = [sys.executable, "-c", program, "--check"]
    done = subprocess.run(command, cwd=DOCS / "generators", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "docs/reference/cli.md is not up to date: run make docs\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        assert (page.parent / path).exists() if path else anchor in headings(page), target


def test_the_index_names_every_page() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"README.md"}
    examples = {page for page in pages if page.startswith("examples/")}
    assert {page for page in pages - examples if f"]({page})" not in INDEX} == set()
    playbooks = {path.name for path in (REPOSITORY / "playbooks").glob("*.yml")}
    assert {name for name in playbooks if f"](../playbooks/{name})" not in INDEX} == set()


def test_every_key_of_the_language_has_a_type_and_a_meaning() -> None:
    text = (DOCS / "reference/spec.md").read_text(encoding="utf-8")
    rows = [re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 250
    assert [row for row in rows if len(row) != 4 or not row[1] or not row[3].endswith(".")] == []


def test_every_kit_and_every_code_has_its_place() -> None:
    kits = (DOCS / "reference/kits.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[([a-z0-9-]+)\]", kits, re.MULTILINE) == Catalogue({"builtin": BUILTIN}).names()
    problems = (DOCS / "reference/problems.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (K\d+) ", problems, re.MULTILINE) == list(CODES)


def test_the_execution_environment_gets_what_the_distribution_asks_for() -> None:
    definition = yaml.safe_load((REPOSITORY / "meta/execution-environment.yml").read_text(encoding="utf-8"))
    lines = (REPOSITORY / definition["dependencies"]["python"]).read_text(encoding="utf-8").splitlines()
    needed = {one.name: one for one in map(Requirement, (line for line in lines if not line.startswith("#")))}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {one.name: one for one in map(Requirement, project["dependencies"])}
    assert needed == {name: declared[name] for name in needed}
    assert {"packaging", "pydantic", "rapidfuzz"} <= needed.keys()
