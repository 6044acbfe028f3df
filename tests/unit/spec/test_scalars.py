"""Unquoted scalars are YAML 1.2: few words are special, and those of YAML 1.1 are recognised."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.module_utils.spec.scalars import (
    constant_meant,
    is_yaml11_word,
    resolve,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("42", 42),
        ("-7", -7),
        ("+7", 7),
        ("999999999999999999", 999_999_999_999_999_999),
    ],
)
def test_the_few_special_words(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "on", "Yes", "TRUE", "Null", "NULL", "y"),
        *(
            "010",
            "0x1f",
            "0b1",
            "0o17",
            "1_000",
            "1.10",
            "1e3",
            ".inf",
            "1:30",
            "2026-03-01",
            "-",
            "+",
            "1.",
            "\u0663",
            "1\u0663",
        ),
        *("1000000000000000000", "9" * 5000, "--1", "+-1", "1 "),
    ],
)
def test_everything_else_stays_what_was_typed(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    "text", ["no", "On", "OFF", "y", "N", "True", "NULL", "010", "-017", "0x1F", "1_000", "1:30", "52:54:00:12:34:56"]
)
def test_words_of_yaml_1_1_are_recognised(text: str) -> None:
    assert is_yaml11_word(text)


@pytest.mark.parametrize(
    "text",
    ["", "~", "true", "null", "10", "1.10", "node", "yesterday", "01:30", "8080:80", "fe80::1", "fal\u017fe", "1:99"],
)
def test_other_words_are_not(text: str) -> None:
    assert not is_yaml11_word(text)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.from_regex(r"[-+]?[0-9a-fx_:]{1,8}", fullmatch=True) | st.sampled_from(["yes", "No", "OFF", "TRUE", "NULL"]))
def test_what_pyyaml_takes_for_no_text_is_special_or_recognised(text: str) -> None:
    tag = yaml.SafeLoader("").resolve(yaml.ScalarNode, text, (True, False))
    if tag.rpartition(":")[2] in ("int", "bool", "null"):
        assert not isinstance(resolve(text), str) or is_yaml11_word(text)


@pytest.mark.parametrize(
    ("word", "meant"), [("Yes", "true"), ("n", "false"), ("OFF", "false"), ("TRUE", "true"), ("Null", "null")]
)
def test_what_was_probably_meant(word: str, meant: str) -> None:
    assert constant_meant(word) == meant


def test_a_number_is_not_a_constant() -> None:
    assert constant_meant("010") is None
