"""What is told about workers."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class Worker(BaseModel):
    """A process that runs jobs."""

    id: str
    state: str = Field(description="`running`, `draining`, `stopped` or `dead`.")
    wanted: str = Field(description="`draining` when somebody asked for it.")
    host: str
    version: str
    started_at: datetime
    seen_at: datetime
