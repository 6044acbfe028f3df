"""What a client asks for at a launch, in our words."""

from __future__ import annotations

from typing import Any

import pytest

from kombify.server.controller.catalogue import JOB_TEMPLATE, WORKFLOW_TEMPLATE, Catalogue, Template
from kombify.server.controller.launch import job_launch, read_body, read_variables
from kombify.server.problems import Problem

SITE = Template(5, JOB_TEMPLATE, "home", "site", "kombify.stack.site")
DEPLOYMENT = Template(6, WORKFLOW_TEMPLATE, "home", "deployment")
CATALOGUE = Catalogue((SITE, DEPLOYMENT), {("inventory", "home"): 2})
SAME = {"a": 1, "b": ["x"]}
VARIABLES: dict[str, tuple[Any, Any]] = {
    "an object": (SAME, SAME),
    "JSON": ('{"a": 1, "b": ["x"]}', SAME),
    "YAML": ("a: 1\nb: [x]\n", SAME),
    "a date in YAML": ("day: 2026-01-02", {"day": "2026-01-02"}),
    "nothing": ("", {}),
    "AWX's nothing": ("---", {}),
}
REFUSED: dict[str, dict[str, Any]] = {
    "no variables": {"extra_vars": "[1]"},
    "a text": {"extra_vars": "just words"},
    "broken": {"extra_vars": "{"},
    "an alias": {"extra_vars": "a: &x [1]\nb: *x"},
    "a Python object": {"extra_vars": "a: !!python/object/apply:os.system [id]"},
    "very long YAML": {"extra_vars": "a: 1\n" * 5000},
    "very deep YAML": {"extra_vars": "[" * 3000},
    "a pattern": {"limit": "nas*"},
    "an exclusion": {"limit": "nas,!pi"},
    "a file of hosts": {"limit": "@/etc/hosts"},
    "a regular expression": {"limit": "~n.*"},
    "an intersection": {"limit": "nas:&web"},
    "an option as a tag": {"job_tags": "--list-hosts"},
    "another type": {"job_type": "scan"},
    "too many words": {"verbosity": 6},
    "another inventory": {"inventory": 3},
    "labels by name": {"labels": ["fish"]},
}


@pytest.mark.parametrize("how", VARIABLES)
def test_variables_come_in_many_forms_and_are_the_same(how: str) -> None:
    given, meant = VARIABLES[how]
    assert read_variables(given) == meant


def test_all_that_a_launch_may_say_is_understood() -> None:
    given = {
        "extra_vars": "{}",
        "limit": " nas, pi ",
        "job_tags": "prepare,vault",
        "job_type": "check",
        "diff_mode": True,
        "verbosity": 2,
        "inventory": 2,
        "labels": None,
        "forks": 50,
        "credentials": [1],
    }
    body, ignored = read_body(SITE, given, CATALOGUE)
    launch = job_launch(SITE, body)
    assert (launch.stack, launch.playbook, launch.limit, launch.tags) == (
        "home",
        "site",
        ("nas", "pi"),
        ("prepare", "vault"),
    )
    assert (launch.check, launch.diff, launch.verbosity) == (True, True, 2)
    assert ignored == {"forks": 50, "credentials": [1]}


def test_the_hosts_of_a_ruleset_for_all_hosts_are_those_of_the_playbook() -> None:
    body, _ignored = read_body(SITE, {"limit": "all"}, CATALOGUE)
    assert job_launch(SITE, body).limit == ()


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_right_is_refused_with_its_field(what: str) -> None:
    given = REFUSED[what]
    with pytest.raises(Problem) as refused:
        job_launch(SITE, read_body(SITE, given, CATALOGUE)[0])
    field = {"job_tags": "tags"}.get(next(iter(given)), next(iter(given)))
    assert refused.value.body.errors[0].field == field


def test_a_workflow_takes_labels_and_ignores_the_rest() -> None:
    body, ignored = read_body(DEPLOYMENT, {"labels": [1], "extra_vars": {"x": 1}, "limit": "nas"}, CATALOGUE)
    assert (body.labels, body.extra_vars, body.limit) == ([1], None, None)
    assert ignored == {"extra_vars": {"x": 1}, "limit": "nas"}


def test_of_an_event_secrets_are_left_out() -> None:
    event = {"alert": {"token": "t0p", "hosts": [{"password": "x", "name": "nas"}]}}
    body, _ignored = read_body(SITE, {"extra_vars": {"ansible_eda": {"event": event}}}, CATALOGUE)
    hidden = {"alert": {"token": "(hidden)", "hosts": [{"password": "(hidden)", "name": "nas"}]}}
    assert job_launch(SITE, body).variables == {"ansible_eda": {"event": hidden}}
