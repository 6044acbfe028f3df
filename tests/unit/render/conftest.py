"""Unified plans out of files, for everything that renders one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified

FIXTURES = Path(__file__).parent / "fixtures"

MakeUnified = Callable[..., Unified]


@pytest.fixture
def unified() -> MakeUnified:
    """Read a plan from a file; keywords replace whole sections."""

    def make(name: str, **sections: Any) -> Unified:
        data = yaml.safe_load((FIXTURES / f"{name}.yaml").read_text(encoding="utf-8"))
        return Unified.model_validate_json(json.dumps({**data, **sections}))

    return make
