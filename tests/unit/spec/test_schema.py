"""The JSON Schema of a spec: it takes what is right, and refuses nothing that the models take."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.schema import spec_schema
from ansible_collections.kombify.stack.plugins.module_utils.spec.source import read_source

HERE = Path(__file__).parent / "fixtures"
INVENTORIES = Path(__file__).parents[3] / "inventories"
EVERYTHING = HERE / "valid" / "everything.yaml"

# What a schema cannot say: it sees no positions, counts no ranges, and takes a file without its first line.
BEYOND = {"K210", "K211", "K212"}


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = spec_schema()
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def plain(path: Path) -> Any:
    root = read_source(path, Problems()).root
    assert root is not None
    return root.plain()


@pytest.mark.parametrize(
    "path",
    [*sorted(INVENTORIES.glob("*/kombination.yaml")), EVERYTHING],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_right_specs_pass(path: Path, validator: Draft7Validator) -> None:
    assert [(list(error.path), error.message[:200]) for error in validator.iter_errors(plain(path))] == []


def test_the_spec_that_uses_everything_is_right() -> None:
    spec = load_spec(EVERYTHING)
    check_spec(spec)
    assert list(map(str, spec.problems)) == []
    unused = set(type(spec.stack).model_fields) - {
        field.replace("apiVersion", "api_version") for field in plain(EVERYTHING)
    }
    assert unused == {"leading_separator", "use_extra_vars", *(f"cache_{key}" for key in _CACHE)}


_CACHE = ("plugin", "timeout", "connection", "prefix")


@pytest.mark.parametrize("path", sorted((HERE / "invalid").glob("K2*.yaml")), ids=lambda path: path.stem)
def test_wrong_words_are_refused(path: Path, validator: Draft7Validator) -> None:
    assert validator.is_valid(plain(path)) is (path.stem in BEYOND)


@pytest.mark.parametrize(
    ("section", "entry", "right"),
    [
        ("nodes", {"n[1:3]": {"vlan": 1}}, False),
        ("nodes", {"n[1:3]": {"address": "10.0.0.{1}", "vmid": "{1+100}", "memory": "{1}GiB", "arch": None}}, True),
        ("nodes", {"n[1:3]": {"type": "{1}"}}, True),
        ("nodes", {"n": {"vmid": "many"}}, False),
        ("nodes", {"My_NAS": None}, False),
        ("nodes", {"localhost": None}, False),
        ("nodes", {"nas": "192.168.1.10", "mini": None}, True),
        ("networks", {"lan": "192.168.1.0/24"}, True),
        ("networks", {"lan": {"vlan": 5}}, False),
        ("services", {"a": None, "b": {"storage": "10Gi", "needs": "a", "expose": "a.example.net"}}, True),
        ("services", {"a": {"replicas": "{1}"}}, False),
        ("services", {"a": "b"}, False),
        ("services", {"a": {"storage": 10}}, False),
        ("services", {"a": {"version": 1.10, "app_version": 3}}, True),
        ("backups", {"target": "sftp:x", "schedule": "daily 02:30", "keep": {"days": 7}}, True),
        ("backups", {"target": "sftp:x", "keep": {"days": 7}}, False),
        (
            "clusters",
            {"k": {"version": "1.35.4", "control_plane": "a", "cni": "calico", "storage": {"openebs": "lvm"}}},
            True,
        ),
        ("clusters", {"k": {"version": "1.35.4", "control_plane": "a", "cni": {"calcio": "3.28.0"}}}, False),
        ("policies", {"overcommit": {"memory": "warn"}, "backups": "off"}, True),
        ("policies", {"backups": "never"}, False),
        ("remediation", {"r": {"when": {"alert": "X"}, "do": ["notify", {"run": "x.yml"}]}}, True),
        ("remediation", {"r": {"when": {"alert": "X"}, "do": "dance"}}, False),
        ("include", ["a.yaml", {"file": "b.yaml"}], True),
        ("services", None, True),
    ],
)
def test_short_forms_and_ranges_are_known(validator: Draft7Validator, section: str, entry: Any, right: bool) -> None:
    assert validator.is_valid({"apiVersion": "kombify.stack/v1", "name": "x", section: entry}) is right


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(item, (*path, key))


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    data = copy.copy(data)
    data[path[0]] = changed(data[path[0]], path[1:], value)
    return data


def replaced(data: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """Yield what a tired hand might write instead of a value."""
    here = data
    for step in path:
        here = here[step]
    others: list[Any] = [None, "oddity", 7, True, [], ["x"], {"odd": "key"}]
    if isinstance(here, dict):
        others += [{**here, "oddity": 1}, *({**here, f"{key}x": here[key]} for key in list(here)[:3])]
    for other in others:
        if other != here:
            yield changed(data, path, other)


SECTIONS = sorted(set(plain(EVERYTHING)) - {"include"})


@pytest.mark.parametrize("section", SECTIONS)
def test_what_the_schema_refuses_is_a_problem_for_the_models_too(
    section: str, validator: Draft7Validator, tmp_path: Path
) -> None:
    whole = plain(EVERYTHING)
    header = {"apiVersion": whole["apiVersion"], "name": whole["name"]}
    file = tmp_path / "kombination.yaml"
    refused = 0
    for path in paths(whole[section], (section,)):
        # One entry of a section at a time, for speed.
        alone = whole[section] if len(path) == 1 or not isinstance(path[1], str) else {path[1]: whole[section][path[1]]}
        for mutant in replaced({**header, section: alone}, path):
            if validator.is_valid(mutant):
                continue
            refused += 1
            file.write_text(json.dumps(mutant), encoding="utf-8")
            spec = load_spec(file)
            check_spec(spec)
            assert spec.problems.has_errors, (path, mutant)
    assert refused


def test_the_files_in_the_documentation_are_up_to_date() -> None:
    written = Path(__file__).parents[3] / "docs" / "schema" / "kombination.v1.json"
    assert json.loads(written.read_text(encoding="utf-8")) == spec_schema()


def test_every_definition_is_used_described_and_closed() -> None:
    schema = spec_schema()
    text = json.dumps(schema)
    for name, definition in schema["definitions"].items():
        assert f'"#/definitions/{name}"' in text
        assert definition["description"]
        assert definition.get("additionalProperties") is False or definition["type"] != "object"


def test_it_is_draft_7_and_says_nothing_beside_a_reference() -> None:
    schema = spec_schema()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$defs" not in json.dumps(schema)
    assert "(?P<" not in json.dumps(schema)
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            assert "$ref" not in part or len(part) == 1
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
