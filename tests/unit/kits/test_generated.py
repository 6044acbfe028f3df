"""The index and the READMEs are generated, and the check notices when they are not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.__main__ import main
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A directory with two kits and nothing generated yet."""
    for name in ("immich", "namespaces"):
        (tmp_path / name).mkdir()
        shutil.copy(BUILTIN / name / "kit.yaml", tmp_path / name / "kit.yaml")
    return tmp_path


def test_the_checked_in_files_fit_their_kits() -> None:
    assert main(["--check"]) == 0


def test_missing_files_are_noticed_then_written(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(source), "--check"]) == 1
    assert "index.json is out of date" in capsys.readouterr().err
    assert not (source / "index.json").exists()
    assert main([str(source)]) == 0
    assert main([str(source), "--check"]) == 0


def test_a_changed_kit_is_noticed(source: Path) -> None:
    main([str(source)])
    file = source / "immich" / "kit.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("request: 350m", "request: 350m #"), encoding="utf-8")
    assert main([str(source), "--check"]) == 1


def test_a_broken_kit_stops_the_writing(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (source / "immich" / "kit.yaml").write_text("name: immich\n", encoding="utf-8")
    assert main([str(source)]) == 1
    assert "immich/kit.yaml:1:1: error" in capsys.readouterr().err
    assert not (source / "index.json").exists()


def test_the_index_says_what_a_search_needs() -> None:
    kits = json.loads((BUILTIN / "index.json").read_text(encoding="utf-8"))["kits"]
    immich = Catalogue().get("immich")
    assert immich is not None
    assert kits["immich"] == {
        "version": "1.0.0",
        "app_version": "2.7.5",
        "title": "Immich",
        "summary": "Photos and videos of your phones, with search",
        "categories": ["media", "photos"],
        "licence": "AGPL-3.0-only",
        "arch": ["amd64", "arm64"],
        "targets": ["compose", "helm"],
        "provides": [],
        "requires": ["valkey"],
        "sha256": immich.digest,
    }


def test_a_readme_tells_figures_needs_and_warnings() -> None:
    text = (BUILTIN / "immich" / "README.md").read_text(encoding="utf-8")
    assert "memory 2GiB (up to 6GiB)" in text
    assert "volume `models` 10GiB, fast, not backed up: models are loaded again" in text
    assert "with vchord, vector, cube, earthdistance, brings its own when none fits" in text
    assert "vendor documentation: minimum 6 GB of RAM" in text
