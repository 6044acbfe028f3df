"""A broken kit says what is wrong, where, and what to do; it never becomes a kit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue

FIXTURES = Path(__file__).parent / "fixtures"
BROKEN = sorted(path.stem for path in (FIXTURES / "broken").glob("*.yaml"))


def problems_of(content: bytes, tmp_path: Path, name: str = "everything") -> list[str]:
    """Return the problems of a kit file as lines without the folder."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "kit.yaml").write_bytes(content)
    catalogue = Catalogue({"test": tmp_path})
    assert catalogue.get(name) is None
    return [str(problem).replace(f"{folder}/", "") for problem in catalogue.problems(name)]


@pytest.mark.parametrize("case", BROKEN)
def test_every_fault_is_named_with_its_place(case: str, tmp_path: Path) -> None:
    found = problems_of((FIXTURES / "broken" / f"{case}.yaml").read_bytes(), tmp_path)
    expected = (FIXTURES / "broken" / f"{case}.txt").read_text(encoding="utf-8").splitlines()
    assert found == expected


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"kit", b"\x00\x01", b"\xff\xfe", b"{" * 5000, b"a: *b", b"---\n---\n"],
    ids=["empty", "null", "list", "word", "binary", "utf-16", "nested", "alias", "documents"],
)
def test_any_bytes_give_a_problem_and_no_traceback(content: bytes, tmp_path: Path) -> None:
    assert problems_of(content, tmp_path)


def test_a_folder_with_another_name_is_told_to_be_renamed(tmp_path: Path) -> None:
    content = (FIXTURES / "kits" / "everything" / "kit.yaml").read_bytes()
    assert problems_of(content, tmp_path, name="renamed") == [
        "kit.yaml:4:1: error K208 kit 'everything' stands in the folder 'renamed' (rename the folder to everything)"
    ]


def test_the_fixture_itself_is_a_kit(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "kits", tmp_path / "kits")
    catalogue = Catalogue({"test": tmp_path / "kits"})
    assert catalogue.get("everything") is not None
    assert catalogue.problems("everything") == ()
