"""The JSON Schema of kits, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN, Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import kit_schema
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import read_source


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = kit_schema()
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def plain(path: Path) -> Any:
    root = read_source(path, Problems()).root
    assert root is not None
    return root.plain()


@pytest.mark.parametrize("name", Catalogue().names())
def test_every_kit_passes(name: str, validator: Draft7Validator) -> None:
    assert [error.message for error in validator.iter_errors(plain(BUILTIN / name / "kit.yaml"))] == []


def test_an_unknown_key_and_a_wrong_word_are_seen(validator: Draft7Validator) -> None:
    data = plain(BUILTIN / "glance" / "kit.yaml")
    data["sumary"] = "x"
    data["volumes"]["data"]["class"] = "slow"
    paths = sorted("/".join(map(str, error.path)) for error in validator.iter_errors(data))
    assert paths == ["", "volumes/data/class"]


def test_it_is_draft_7_without_newer_words() -> None:
    schema = kit_schema()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$defs" not in str(schema)


def test_fields_are_described_for_editors() -> None:
    definitions = kit_schema()["definitions"]
    assert definitions["Requirement"]["properties"]["connections"]["description"]
    assert definitions["Param"]["description"]
