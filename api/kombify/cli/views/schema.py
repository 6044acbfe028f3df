"""Schemas of the files that people and programs read and write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import kit_schema
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.spec.schema import spec_schema

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "spec": spec_schema,
    "kit": kit_schema,
    "requirements": lambda: Requirements.model_json_schema(mode="serialization", by_alias=True),
    "unified": lambda: Unified.model_json_schema(mode="serialization", by_alias=True),
}


def schema_of(subject: str) -> dict[str, Any]:
    """Return the schema of a file."""
    return SCHEMAS[subject]()
