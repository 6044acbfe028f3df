"""What goes in and out."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kombify.engine.requests import HostName


class NodeProposal(BaseModel):
    """A machine that shall be in the spec."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "web-3", "node": {"runs_on": "pve1", "cpu": 2, "memory": "2GiB"}}]},
    )

    stack: str = Field("", description="The stack; it can be left out when there is only one.")
    name: HostName
    node: dict[str, Any] = Field(description="Its entry under `nodes`, as the spec would have it.")


class Proposal(BaseModel):
    """A change of the spec for somebody to make. Nothing was written."""

    patch: list[dict[str, Any]] = Field(description="The change as a JSON Patch (RFC 6902).")
    diff: str = Field(description="The change as a difference of the text.")
    valid: bool = Field(description="Whether the spec would be without errors.")
    problems: list[dict[str, Any]] = Field(description="What would be wrong, with place and remedy.")
