"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kombify.store.tokens import Scope

Subject = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@|-]{0,127}$")]
Flag = Literal["agents", "awx", "drift", "remediation", "schedules", "workflows"]


class Exchange(BaseModel):
    """Somebody whom the gateway has let in."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"subject": "231845", "roles": ["operator"], "seconds": 900}]}
    )

    subject: Subject = Field(description="Who it is for the identity provider (`sub`).")
    roles: list[Annotated[str, StringConstraints(max_length=100)]] = Field(
        min_length=1, max_length=50, description="`viewer`, `operator` or `admin`; others mean nothing here."
    )
    seconds: int = Field(900, ge=60, le=3600, description="How long the token is good for.")


class Exchanged(BaseModel):
    """A short-lived token of ours."""

    token: str = Field(description="Its text. It is shown this once.")
    name: str
    scope: Scope
    expires_at: datetime


class Flags(BaseModel):
    """Features of the platform, on or off."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"flags": {"drift": True}}]})

    flags: dict[Flag, bool] = Field(description="Those that are not named stay as they are.")
