"""What is told about stacks."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Stack(BaseModel):
    """One stack."""

    name: str
    playbooks: list[str] = Field(description="What can be launched on it.")


class StackDetails(Stack):
    """One stack with its plan's outline."""

    fingerprint: dict[str, str] = Field(description="Digests of the files that its plan is made from.")
    valid: bool
    nodes: list[str]
    services: list[str]
    problems: list[dict[str, Any]] = Field(description="All that is wrong with its spec, with place and remedy.")
