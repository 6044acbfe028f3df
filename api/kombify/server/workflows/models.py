"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kombify.server.drift.models import Difference

Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class WorkflowLaunch(BaseModel):
    """A deployment, or the plan of one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"stack": "home", "check": True}, {"stack": "home"}]}
    )

    stack: str = Field("", description="The stack; it can be left out when there is only one.")
    check: bool = Field(default=False, description="Change nothing, and tell what would be changed: a plan.")
    prune: bool = Field(default=False, description="Retire virtual machines that left the spec: shut down, disks kept.")
    labels: tuple[Label, ...] = Field((), max_length=100)


class Phase(BaseModel):
    """One phase of a workflow, and the jobs that did and undid it."""

    name: str
    state: str = Field(description="The state of the workflow while this phase runs.")
    job_id: int | None
    job_state: str | None
    undo_job_id: int | None
    undo_job_state: str | None


class Workflow(BaseModel):
    """One workflow."""

    id: int
    stack: str
    title: str
    state: str = Field(
        description="pending, waiting, validating, preparing, deploying, configuring, health_check, rolling_back; then "
        "running (a deployment), successful (a plan), rolled_back, error, canceled or lost."
    )
    check: bool = Field(description="Whether it is a plan.")
    prune: bool
    labels: list[str]
    launched_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    code: int | None = Field(description="Ansible's exit code.")
    message: str = Field(description="What happened, when the state does not say it all.")


class WorkflowDetails(Workflow):
    """One workflow with its phases."""

    snapshot: int | None = Field(description="The files that it works with.")
    phases: list[Phase]


class Plan(BaseModel):
    """What a deployment would change."""

    workflow_id: int
    stack: str
    state: str = Field(description="A plan whose state is `successful` can be applied.")
    applied_by: str | None = Field(description="Who applied it first.")
    stale: list[str] = Field(description="Files that changed since; then it is not applied.")
    hosts: dict[str, int] = Field(description="How many things would change on each host.")
    differences: list[Difference]
