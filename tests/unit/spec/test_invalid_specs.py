"""One wrong spec for each code, and exactly what a user sees.

``GOLDEN=write pytest …`` writes the texts again; read the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.text import text_report
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec

INVALID = Path(__file__).parent / "fixtures" / "invalid"
SPECS = sorted(INVALID.glob("*.yaml"), key=lambda path: path.stem)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_wrong_spec_is_answered_with_its_code_and_a_remedy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(INVALID)
    spec = load_spec(Path(path.name))
    check_spec(spec)
    shown = text_report(spec.problems) + "\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(shown, encoding="utf-8")
    assert {problem.code for problem in spec.problems} == {path.stem.partition("-")[0]}
    assert all(problem.hint for problem in spec.problems)
    assert shown == golden.read_text(encoding="utf-8")


def test_every_mistake_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = INVALID.parent / "many"
    monkeypatch.chdir(folder)
    spec = load_spec(Path("broken.yaml"))
    check_spec(spec)
    shown = text_report(spec.problems) + "\n"
    if os.environ.get("GOLDEN") == "write":
        (folder / "broken.txt").write_text(shown, encoding="utf-8")
    assert shown == (folder / "broken.txt").read_text(encoding="utf-8")
