"""What goes in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from kombify.server.access.callers import Caller
from kombify.store.settings import SHORTEST_JOBS, Retention
from kombify.store.tokens import Scope

TokenName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
"""No colon: names that have one are those of people whom the gateway sent."""
Days = Annotated[int, Field(ge=SHORTEST_JOBS, le=36_500)]


class Me(BaseModel):
    """Who asks."""

    name: str
    scope: Scope
    kind: Literal["token", "gateway"]
    address: str
    features: dict[str, bool] = Field(description="Features of the platform that its gateway switched on or off.")

    @classmethod
    def of(cls, caller: Caller, features: dict[str, bool]) -> Self:
        """Return a caller as the API shows him."""
        return cls(
            name=caller.name,
            scope=caller.scope,
            kind="gateway" if caller.kind == "gateway" else "token",
            address=caller.address,
            features=features,
        )


class TokenWanted(BaseModel):
    """A token to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "portal", "scope": "run", "expires_at": "2027-01-01T00:00:00Z"}]},
    )

    name: TokenName
    scope: Scope = Scope.READ
    expires_at: AwareDatetime | None = Field(None, description="When it ends; without it, it has to be revoked.")


class Token(BaseModel):
    """A token, without its text, which nobody can see again."""

    name: str
    scope: Scope
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = Field(description="When it was last used, to a minute.")
    revoked_at: datetime | None


class NewToken(BaseModel):
    """A token that was just made."""

    name: str
    scope: Scope
    expires_at: datetime | None
    token: str = Field(description="Its text. It is shown this once.", examples=["kmb_…"])


class KeptFor(BaseModel):
    """How many days things are kept after their job has ended."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"jobs": 730, "events": 90, "folders": 14, "audit": 730}]}
    )

    jobs: Days = Retention.jobs
    events: Days = Retention.events
    folders: Days = Retention.folders
    audit: Days = Retention.audit


class AuditEntry(BaseModel):
    """Something that was done, or refused."""

    id: int
    at: datetime
    who: str
    address: str
    action: str = Field(examples=["job.launch"])
    subject: str
    allowed: bool
    details: dict[str, Any]
