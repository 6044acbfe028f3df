"""What is kept of an event: what people and programs need, and no secret."""

from __future__ import annotations

import pytest

from kombify.runner.events import LONGEST, Redactor, secrets_in, shaped

EVENT = {
    "uuid": "u",
    "counter": 3,
    "event": "runner_on_ok",
    "created": "2026-11-21T08:00:00+00:00",
    "stdout": "ok: [nas]\r\n",
    "start_line": 1,
    "end_line": 2,
    "pid": 42,
    "runner_ident": "run",
    "event_data": {
        "host": "nas",
        "task": "Log in",
        "task_args": "password=x",
        "res": {
            "changed": True,
            "invocation": {"module_args": {"password": "t0ps3cret"}},
            "ansible_facts": {"memory": 1},
            "api_token": "t0ps3cret",
            "msg": "logged in with t0ps3cret",
        },
    },
}


def test_an_event_keeps_its_form_and_loses_its_secrets() -> None:
    assert shaped(EVENT, Redactor(["t0ps3cret"])) == {
        "uuid": "u",
        "counter": 3,
        "event": "runner_on_ok",
        "created": "2026-11-21T08:00:00+00:00",
        "stdout": "ok: [nas]\n",
        "start_line": 1,
        "end_line": 2,
        "event_data": {
            "host": "nas",
            "task": "Log in",
            "res": {"changed": True, "api_token": "(hidden)", "msg": "logged in with (hidden)"},
        },
    }


TEXTS = {
    "a private key": (
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----(hidden)-----END OPENSSH PRIVATE KEY-----",
    ),
    "half of a private key": ("x -----BEGIN PRIVATE KEY-----\nAAAA", "x -----BEGIN PRIVATE KEY-----(hidden)"),
    "a token of Proxmox": ("PVEAPIToken=root@pam!kombify=1b2c-3d", "PVEAPIToken=root@pam!kombify=(hidden)"),
    "a header": ("Authorization: Bearer abc.def", "Authorization: Bearer (hidden)"),
    "a password in an address": ("https://me:pw@host/x", "https://me:(hidden)@host/x"),
    "a value in JSON": ('{"root_password": "pw", "user": "me"}', '{"root_password": "(hidden)", "user": "me"}'),
    "an ordinary text": ("user me, port 22, https://host/x", "user me, port 22, https://host/x"),
}


@pytest.mark.parametrize("case", TEXTS.values(), ids=TEXTS)
def test_what_looks_like_a_secret_is_left_out(case: tuple[str, str]) -> None:
    text, kept = case
    assert Redactor().text(text) == kept


def test_a_secret_that_contains_another_is_left_out_as_a_whole() -> None:
    assert Redactor(["secret", "secret-and-more"]).text("a secret-and-more b") == "a (hidden) b"


def test_texts_do_not_grow_without_end() -> None:
    assert Redactor().text("x" * (LONGEST + 5)).endswith("… (5 characters more)")


def test_secrets_are_found_by_the_names_of_variables() -> None:
    variables = {"become_password": "one", "port": 22, "proxmox": {"api_token": "two", "user": "me"}}
    assert secrets_in(variables) == {"one", "two"}


def test_numbers_that_json_does_not_know_become_words() -> None:
    values = {"nothing": float("nan"), "all": [float("inf"), -float("inf")], "half": 0.5}
    assert Redactor().value(values) == {"nothing": "nan", "all": ["inf", "-inf"], "half": 0.5}
