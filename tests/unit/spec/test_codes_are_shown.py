"""Every code that a spec or a plan can get has a wrong spec that gets it, and the text that a user then sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.codes import CODES

UNIT = Path(__file__).parents[1]
FIXTURES = (UNIT / "spec" / "fixtures" / "invalid", UNIT / "plan" / "fixtures")

NEEDS_A_MACHINE = {
    "K507": "a port that is taken is seen on the host, in the check before a run",
    "K703": "whether a backup was ever restored is known to the service, which keeps the drills",
    "K720": "manifests are read after Helm has rendered them",
    "K903": "whether a secret can be read is known to its store",
    "K950": "compares a plan with the cluster that runs",
    "K951": "compares a plan with the disks that exist",
    "K952": "compares a plan with the machines that exist",
    "K953": "compares a plan with the volumes that exist",
}


@pytest.mark.parametrize("code", sorted(set(CODES) - set(NEEDS_A_MACHINE)))
def test_a_code_has_a_wrong_spec_and_its_report(code: str) -> None:
    specs = [path for folder in FIXTURES for path in folder.glob(f"{code}*.yaml")]
    assert specs, f"no {code}.yaml in {FIXTURES}"
    for spec in specs:
        report = spec.with_suffix(".txt").read_text(encoding="utf-8")
        assert any(f" {severity} {code} " in report for severity in ("error", "warning", "note")), spec


def test_every_wrong_spec_is_of_a_code_that_is_explained() -> None:
    named = {path.stem.partition("-")[0] for folder in FIXTURES for path in folder.glob("K*.yaml")}
    assert named == set(CODES) - set(NEEDS_A_MACHINE)
