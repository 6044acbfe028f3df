"""Values for a kit's params: what is taken, and what a user is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.params import check_params
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def kit() -> Kit:
    """A kit with a param of every type; ``site`` is the only one that must be given."""
    found = Catalogue({"fixtures": FIXTURES / "kits"}).get("everything")
    assert found is not None
    return found


def check(kit: Kit, **values: Any) -> tuple[dict[str, Any], list[Problem]]:
    return check_params(kit, values, lambda name: Place("spec.yaml", 1, 1, text=name or "the service"))


def test_defaults_fill_what_is_not_given(kit: Kit) -> None:
    values, problems = check(kit, site="here")
    assert problems == []
    assert values == {"site": "here", "color": "red", "workers": 2, "debug": False, "memory": "512MiB", "pause": "5m"}


def test_given_values_win_over_defaults(kit: Kit) -> None:
    values, problems = check(kit, site="here", workers=4, memory="1GiB", cores="500m", admin="vault:kv/x#y")
    assert problems == []
    assert (values["workers"], values["memory"], values["cores"]) == (4, "1GiB", "500m")
    assert values["admin"] == "vault:kv/x#y"


@pytest.mark.parametrize(
    ("values", "code", "message", "hint"),
    [
        pytest.param({}, "K310", "kit 'everything' needs the param 'site'", "site: string, at least 2", id="missing"),
        pytest.param({"site": None}, "K310", "param 'site' must have a value", "site: string, at least 2", id="null"),
        pytest.param(
            {"site": "here", "colour": "red"},
            "K310",
            "kit 'everything' has no param 'colour'",
            "did you mean 'color'? its params: site (string), color (string), country (string), workers (integer), "
            "debug (boolean), memory (size), pause (duration), cores (cpu), admin (secret), token (secret)",
            id="unknown",
        ),
        pytest.param(
            {"site": "here", "color": "rde"},
            "K310",
            "param 'color' may not be 'rde': did you mean 'red'?",
            "color: one of red, green, red when left out",
            id="value",
        ),
        pytest.param(
            {"site": "here", "country": "de"},
            "K310",
            "param 'country' does not match ^[A-Z]{2}$: 'de'",
            "country: string, matching ^[A-Z]{2}$",
            id="pattern",
        ),
        pytest.param({"site": "x"}, "K310", "param 'site' is less than 2", "site: string, at least 2", id="length"),
        pytest.param(
            {"site": "here", "workers": 99},
            "K310",
            "param 'workers' is more than 8",
            "workers: integer, 2 when left out, at least 1, at most 8",
            id="maximum",
        ),
        pytest.param(
            {"site": "here", "workers": "4"},
            "K310",
            "param 'workers' must be a whole number, not '4'",
            "workers: integer, 2 when left out, at least 1, at most 8",
            id="type",
        ),
        pytest.param(
            {"site": "here", "workers": True},
            "K310",
            "param 'workers' must be a whole number, not True",
            "workers: integer, 2 when left out, at least 1, at most 8",
            id="boolean-is-no-number",
        ),
        pytest.param(
            {"site": "here", "memory": "64MiB"},
            "K310",
            "param 'memory' is less than 128MiB",
            "memory: size, 512MiB when left out, at least 128MiB",
            id="size",
        ),
        pytest.param(
            {"site": "here", "debug": "yes"},
            "K310",
            "param 'debug' must be true or false, not 'yes'",
            "debug: boolean, false when left out",
            id="boolean",
        ),
        pytest.param(
            {"site": "here", "admin": "hunter2"},
            "K901",
            "param 'admin' must be a reference to a secret, not the secret itself",
            "admin: secret, write vault:PATH#KEY or leave it out",
            id="literal-secret",
        ),
    ],
)
def test_wrong_values_are_explained(kit: Kit, values: dict[str, Any], code: str, message: str, hint: str) -> None:
    _values, problems = check(kit, **values)
    assert (problems[0].code, problems[0].message, problems[0].hint) == (code, message, hint)


def test_a_size_without_unit_says_what_is_missing(kit: Kit) -> None:
    _values, problems = check(kit, site="here", memory="512")
    assert "has no unit" in problems[0].message


def test_every_wrong_value_is_reported_at_its_own_place(kit: Kit) -> None:
    _values, problems = check(kit, color="blue", workers=0, debug=1)
    assert [problem.place.text for problem in problems] == ["color", "workers", "debug", "the service"]


def test_a_secret_value_never_appears_in_a_message(kit: Kit) -> None:
    _values, problems = check(kit, site="here", admin="correct horse battery staple")
    assert not any("horse" in str(problem) for problem in problems)
