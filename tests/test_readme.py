"""The README and the guides show what really happens, and every example in them is a file that is valid."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue

REPOSITORY = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent for path in (REPOSITORY / "docs/examples").glob("*/kombination.yaml"))
LINK = re.compile(r"\]\(([^)#:]+)\)")


def generator() -> ModuleType:
    """Return the program that fills the documents in."""
    spec = importlib.util.spec_from_file_location("documents", REPOSITORY / "docs/generators/documents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DOCUMENTS = generator().documents()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_shows_what_its_commands_print(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert generator().filled(text) == text


def test_the_readme_walks_from_init_over_three_errors_to_a_play() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    steps = [
        "$ kombify init",
        "3 errors, 0 warnings",
        "$ kombify plan",
        "$ ansible-inventory -i",
        "$ ansible-playbook -i",
    ]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "failed=0" in text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_example_of_yaml_is_a_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("```yaml\n") == len(
        re.findall(r"^<!-- file: docs/examples/\S+ -->\n```yaml\n", text, re.MULTILINE)
    )


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_an_example_has_no_errors_with_and_without_its_overlays(folder: Path) -> None:
    overlays = [path for path in sorted(folder.glob("*.yaml")) if path.name != "kombination.yaml"]
    for laid in ([], overlays):
        problems = open_project(folder, overlays=laid).plan().problems
        assert [str(problem) for problem in problems if problem.severity == "error"] == []


def test_every_example_is_shown_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    files = [path for path in (REPOSITORY / "docs/examples").rglob("*") if path.is_file()]
    assert [path for path in files if f"<!-- file: {path.relative_to(REPOSITORY)} -->" not in text] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_leads_somewhere(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_counts_the_kits() -> None:
    assert f"{len(Catalogue().names())} kits" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
