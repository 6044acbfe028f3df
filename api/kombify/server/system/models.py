"""What health and version look like."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether jobs can be taken."""

    status: Literal["ready", "troubled"]
    troubles: dict[str, str] = Field(description="What is wrong and what to do, by its name.", examples=[{}])
    warnings: dict[str, str] = Field({}, description="What is not well, but keeps no job from being taken.")

    def without_words(self, instead: str) -> Readiness:
        """Return the same for those who need not know more."""
        return Readiness(
            status=self.status,
            troubles=dict.fromkeys(self.troubles, instead),
            warnings={},
        )


class Version(BaseModel):
    """The version of the service."""

    version: str = Field(examples=["0.1.0"])
