"""What can be asked for: a job, or a workflow of jobs that undo each other. Nothing here holds a secret's value."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import parse_secret_ref
from kombify.runner.events import secrets_in

HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=253)]
"""The name of one host: not a pattern, so that nothing from outside can widen a run."""

TagName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.:-]*$", max_length=100)]


LAST = "last"
"""The snapshot of the last deployment that came to a good end, whichever that is when the job begins."""


class JobRequest(BaseModel, frozen=True, extra="forbid"):
    """One run of a playbook."""

    kind: Literal["job"] = "job"
    playbook: str = Field(min_length=1)
    """A playbook of a collection, or the absolute path of a file."""
    title: str = ""
    tags: tuple[TagName, ...] = ()
    limit: tuple[HostName, ...] = ()
    """Hosts; none means all of the playbook."""
    labels: tuple[str, ...] = ()
    """Words by which it is found again."""
    check: bool = False
    diff: bool = False
    verbosity: int = Field(0, ge=0, le=5)
    variables: dict[str, Any] = {}
    """They reach the play as they are: they are never templates."""
    secrets: dict[str, str] = {}
    """Variables whose values are read when the job starts: ``{"db_password": "vault:kv/db#password"}``."""
    plan: dict[str, str] = {}
    """The fingerprint of the plan that the job belongs to; it runs only as long as that is still the stack's."""
    snapshot: int | Literal["last"] | None = None
    """The files of the stack that it works with; those that are there when it begins, if none is named."""
    purpose: Literal["", "plan", "drift", "take away"] = ""
    """What is made of its result: a plan or drift of what it found different in check mode."""

    @model_validator(mode="after")
    def _hold_no_secrets(self) -> Self:
        if secrets_in(self.variables):
            raise ValueError("a variable whose name says that it is secret belongs under 'secrets', as a reference")
        for name, text in self.secrets.items():
            if parse_secret_ref(text) is None:  # not repeated: it may well be the secret
                raise ValueError(f"the secret '{name}' is no reference such as vault:kv/db#password")
        return self


class PhaseRequest(BaseModel, frozen=True, extra="forbid"):
    """One phase of a workflow."""

    name: str = Field(min_length=1)
    state: str = Field(min_length=1)
    """The state of the workflow while this phase runs, such as ``deploying``."""
    job: JobRequest
    undo: JobRequest | None = None


class WorkflowRequest(BaseModel, frozen=True, extra="forbid"):
    """Jobs in order. When one fails, those that ran are undone, the last one first."""

    kind: Literal["workflow"] = "workflow"
    title: str = ""
    phases: tuple[PhaseRequest, ...] = Field(min_length=1)
    success: str = "successful"
    """The state in which the workflow ends when all went well; a deployment ends ``running``."""
    labels: tuple[str, ...] = ()
    plan: dict[str, str] = {}
    snapshot: int | None = None
    """The files that a deployment is made from. When it ends well, rollbacks of later ones go back to them."""
    prune: bool = False
    """Whether a deployment retires virtual machines that left the spec."""
    check: bool = False
    """Whether it only tells what would be changed."""


LaunchRequest = Annotated[JobRequest | WorkflowRequest, Field(discriminator="kind")]


def load_job(data: dict[str, Any]) -> JobRequest:
    """Read a request that was stored."""
    return JobRequest.model_validate(data)
