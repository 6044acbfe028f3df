"""The description of the API is complete: a client can be made from it, and a person can read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from kombify.server.app import create_app
from kombify.server.openapi import METHODS, TAGS
from kombify.server.service import Service

OPEN = {"/healthz", "/system/version"}


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    return create_app(service).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield path, method, operation


def test_every_operation_is_described_and_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(document)]
    assert len(names) == len(set(names)) > 40
    assert [path for path, _method, operation in operations(document) if not operation.get("description")] == []
    assert {tag for _path, _method, operation in operations(document) for tag in operation["tags"]} <= set(TAGS)


def test_every_operation_needs_a_token_or_says_that_it_does_not(document: dict[str, Any]) -> None:
    free = {path for path, _method, operation in operations(document) if not operation.get("security")}
    assert free == OPEN
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_what_is_no_success_is_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for code, answer in operation["responses"].items():
            if code >= "400" and path != "/readyz":
                assert answer["$ref"].startswith("#/components/responses/"), (method, path, code)
    for answer in document["components"]["responses"].values():
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_all_references_lead_somewhere(document: dict[str, Any]) -> None:
    for reference in _values(document, "$ref"):
        there: Any = document
        for word in reference.removeprefix("#/").split("/"):
            there = there[word]


def test_bodies_have_examples_that_are_right(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        body = operation.get("requestBody")
        if body is None:
            continue
        schema = body["content"]["application/json"]["schema"]
        name = next(iter(_values(schema, "$ref"))).rpartition("/")[2]
        examples = document["components"]["schemas"][name].get("examples")
        if body.get("required"):
            assert examples, (method, path)
        for example in examples or []:
            jsonschema.validate(example, {**schema, "components": document["components"]})


def _values(data: Any, key: str) -> Iterator[str]:
    if isinstance(data, dict):
        if isinstance(data.get(key), str):
            yield data[key]
        for value in data.values():
            yield from _values(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value, key)
