"""Lists come in pages. A page says where the next one begins, so that what is new meanwhile moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(None, description="Send it as `cursor` for the next page; none: this is the last.")


class PageQuery:
    """Which page is asked for."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
        cursor: Annotated[int | None, Query(ge=0, le=2**62, description="What the page before said as `next`.")] = None,
    ) -> None:
        self.limit = limit
        self.cursor = cursor


Paging = Annotated[PageQuery, Depends()]


def cut(rows: Sequence[Item], limit: int) -> tuple[list[Item], bool]:
    """Return a page of rows of which one more than the limit was read, and whether there are more."""
    return list(rows[:limit]), len(rows) > limit
