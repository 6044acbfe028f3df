"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import EXAMPLES
from kombify.engine.errors import EngineError
from kombify.engine.schedules import Deploy, LookForDrift, next_time
from kombify.server.jobs.models import JobLaunch
from kombify.store.columns import now

NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"


def _time(text: str) -> str:
    """Refuse what is no schedule, or never comes."""
    try:
        next_time(text, "UTC", now())
    except EngineError as error:
        raise ValueError(f"{error}; {error.hint}") from None
    return text


def _timezone(text: str) -> str:
    if text != "UTC" and text not in available_timezones():
        raise ValueError("this is not a time zone; write one such as Europe/Berlin")
    return text


Name = Annotated[str, StringConstraints(pattern=NAME)]
When = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_time),
    Field(description=f"In English or cron: {EXAMPLES}.", examples=["daily 02:30"]),
]
Timezone = Annotated[
    str,
    AfterValidator(_timezone),
    Field(description="The time zone of `when`; that of the spec when left out.", examples=["Europe/Berlin"]),
]


class ScheduledJob(JobLaunch):
    """A job, as it would be launched now."""

    kind: Literal["job"]


Request = Annotated[LookForDrift | Deploy | ScheduledJob, Field(discriminator="kind", description="What it launches.")]


class NewSchedule(BaseModel):
    """A schedule to add."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "nightly-drift", "stack": "home", "when": "daily 02:30", "request": {"kind": "drift"}}
            ]
        },
    )

    name: Name
    stack: str = Field("", description="The stack; it can be left out when there is only one.")
    when: When
    timezone: Timezone | None = None
    enabled: bool = True
    request: Request


class ScheduleChange(BaseModel):
    """What to change about a schedule; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"enabled": False}]})

    when: When | None = None
    timezone: Timezone | None = None
    enabled: bool | None = None
    request: Request | None = None


class Schedule(BaseModel):
    """One schedule."""

    name: str
    stack: str
    when: str
    timezone: str
    enabled: bool
    request: dict[str, Any]
    created_by: str
    next_at: datetime | None = Field(description="When it is due next; it is not launched while it is not enabled.")
    last_job_id: int | None = Field(description="What it launched last.")
