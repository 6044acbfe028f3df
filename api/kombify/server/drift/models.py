"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kombify.engine.requests import HostName


class Difference(BaseModel):
    """One thing that is not as it should be, or that could not be seen."""

    kind: Literal["changed", "failed", "unreachable"] = Field(
        description="`failed` and `unreachable`: nobody knows all that is different on this host."
    )
    host: str
    role: str
    task: str
    what: str = Field(description="A file, a virtual machine, …")
    before: str = Field(description="What there is.")
    after: str = Field(description="What there should be.")
    message: str


class DriftLaunch(BaseModel):
    """Where to look for drift."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"stack": "home", "limit": ["nas"]}]})

    stack: str = Field("", description="The stack; it can be left out when there is only one.")
    limit: tuple[HostName, ...] = Field((), max_length=1000, description="Names of machines; patterns are refused.")


class Drift(BaseModel):
    """What a look for drift found."""

    id: int
    stack: str
    job_id: int | None
    found_at: datetime
    hosts: dict[str, int] = Field(description="How many things are different on each host; empty: there is no drift.")
    unseen: list[str] = Field(description="Hosts that could not be reached, or failed: of them not all is known.")
    differences: list[Difference]
