"""Variables from outside reach a play as they are, and nothing in them is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from kombify.runner.variables import dump_variables, load_variables

NASTY = {
    "braces": "{{ lookup('pipe', 'touch pwned') }}",
    "a block": "{% for x in range(3) %}{{ x }}{% endfor %}",
    "a header": "#jinja2: variable_start_string:'['\n[ lookup('env', 'HOME') ]",
    "a tag": "!vault x",
    "an alias": "*x",
    "a document end": "...\n---\na: b",
    "quotes": '"\'\\" \\n',
    "control characters": "\x07\x1b[31m\u202e\u2028\ufeff",
    "nothing": "",
    "a number": "0o17",
    "yes": "yes",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_text_is_only_a_text(text: str, tmp_path: Path) -> None:
    variables: dict[str, Any] = {"text": text, "deep": {"list": [text, {text: text}]}}
    path = tmp_path / "extravars"
    path.write_text(dump_variables(variables), encoding="utf-8")
    loader = DataLoader()
    read = loader.load_from_file(str(path), trusted_as_template=True)
    assert read == variables
    assert Templar(loader, variables=read).template(read) == variables
    assert load_variables(path) == variables


def test_what_yaml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "extravars"
    path.write_text(dump_variables({"text": "a\0b\ud800c"}), encoding="utf-8")
    assert load_variables(path) == {"text": "abc"}


def test_numbers_and_booleans_keep_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "extravars"
    variables = {"number": 3, "switch": True, "none": None, "list": [1, "1"]}
    path.write_text(dump_variables(variables), encoding="utf-8")
    assert load_variables(path) == variables


def test_without_a_file_there_are_no_variables(tmp_path: Path) -> None:
    assert load_variables(tmp_path / "extravars") == {}
