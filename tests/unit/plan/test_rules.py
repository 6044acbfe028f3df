# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One invalid spec for each code that only a plan can find, with the report that a user sees.

``K407.yaml`` may stand beside ``K407.facts.json`` and ``K407.lock``; the report is ``K407.txt``.
The kits are those in ``fixtures/kits``, so that no figure of a real kit changes a report.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import load_facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import load_lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan, make_plan
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.report.text import text_report
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path.stem for path in FIXTURES.glob("K*.yaml"))
CODES = [
    "K309",
    "K310",
    "K311",
    "K401",
    "K402",
    "K403",
    "K404",
    "K405",
    "K406",
    "K407",
    "K505",
    "K602",
    "K604",
    "K701",
    "K702",
    "K802",
    "K804",
    "K805",
    "K806",
]


def planned(case: str) -> Plan:
    spec = load_spec(FIXTURES / f"{case}.yaml")
    check_spec(spec)
    facts = load_facts(FIXTURES / f"{case}.facts.json", spec.problems)
    lock = load_lock(FIXTURES / f"{case}.lock", spec.problems)
    return make_plan(spec, Catalogue({"own": FIXTURES / "kits"}), facts, lock, today=date(2026, 11, 21))


@pytest.mark.parametrize("case", CASES)
def test_the_report_is_the_one_that_was_agreed(case: str) -> None:
    report = text_report(planned(case).problems).replace(f"{FIXTURES}/", "")
    assert f"{report}\n" == (FIXTURES / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_the_case_shows_its_code_and_every_problem_of_it_says_what_to_do(case: str) -> None:
    found = [problem for problem in planned(case).problems if problem.code == case[:4]]
    assert found
    assert all(problem.hint for problem in found)
    assert all(problem.place.text for problem in found)


def test_every_code_of_a_plan_has_a_case() -> None:
    assert sorted({case[:4] for case in CASES}) == CODES
