"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kombify.engine.requests import HostName, TagName

Title = Annotated[str, StringConstraints(max_length=200)]


class JobLaunch(BaseModel):
    """What to run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"playbook": "site", "tags": ["prepare"], "limit": ["web-1"], "check": True}]},
    )

    stack: str = Field("", description="The stack; it can be left out when there is only one.")
    playbook: str = Field("site", description="One of the stack's playbooks, by its name.")
    title: Title = ""
    tags: tuple[TagName, ...] = Field((), max_length=100)
    limit: tuple[HostName, ...] = Field((), max_length=1000, description="Names of machines; patterns are refused.")
    check: bool = Field(default=False, description="Change nothing, and tell what would be changed.")
    diff: bool = Field(default=False, description="Tell what is different, line by line.")
    verbosity: int = Field(0, ge=0, le=5)
    variables: dict[str, Any] = Field({}, description="They reach the play as they are, and are never templates.")
    secrets: dict[str, str] = Field(
        {},
        description="Variables whose values are read when the job starts.",
        examples=[{"db_password": "vault:kv/db#password"}],
    )
    plan: dict[str, str] = Field({}, description="The fingerprint of the plan that this belongs to.")


class Relaunch(BaseModel):
    """How to run a job again."""

    model_config = ConfigDict(extra="forbid")

    unfinished: bool = Field(default=False, description="Only on hosts that failed or did not come to the end.")


class Job(BaseModel):
    """One job."""

    id: int
    kind: str = Field(description="`job` or `workflow`.")
    stack: str
    title: str
    state: str = Field(description="pending, waiting, running, then successful, failed, error, canceled or lost.")
    playbook: str | None
    check: bool
    tags: list[str]
    limit: list[str]
    launched_by: str
    parent_id: int | None = Field(description="The workflow that it is part of.")
    relaunch_of: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    code: int | None = Field(description="Ansible's exit code.")
    message: str = Field(description="What happened, when the state does not say it all.")
    events_stored: bool = Field(description="True when no event will be added any more.")
    events_missing: int


class JobDetails(Job):
    """One job with all that was asked for."""

    diff: bool
    verbosity: int
    variables: dict[str, Any]
    secrets: dict[str, str] = Field(description="References; the values are nowhere in the service.")
    plan: dict[str, str]
    artifacts: dict[str, Any] = Field(description="What the run said about itself with set_stats.")
