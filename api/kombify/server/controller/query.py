"""What a client asks a list for: ``?name=x&id__in=1,2&or__id=3&order_by=-id&page=2&page_size=50``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request

from kombify.server.controller.answers import refusal

PAGE_SIZE = 25
LARGEST_PAGE = 200
EITHER = "or__"
LOOKUPS = ("exact", "in", "gt", "gte", "lt", "lte", "contains", "icontains", "startswith", "istartswith")
NO_FILTERS = frozenset({"page", "page_size", "order_by", "format", "no_truncate"})


@dataclass(frozen=True)
class Filter:
    """One condition, as it was written."""

    field: str
    lookup: str
    text: str
    either: bool = False
    """Whether it is enough when one of those that say so holds."""


@dataclass(frozen=True)
class Query:
    """All that is asked for."""

    path: str
    asked: tuple[tuple[str, str], ...]
    filters: tuple[Filter, ...]
    order: tuple[str, ...]
    page: int
    size: int

    @property
    def first(self) -> int:
        """How many are on the pages before."""
        return (self.page - 1) * self.size

    def page_of(self, results: list[Any], count: int) -> dict[str, Any]:
        """Return the body of an answer: one page, and where those before and after it are."""
        if self.page > 1 and self.first >= count:
            raise refusal(HTTPStatus.NOT_FOUND, "Invalid page.")
        return {
            "count": count,
            "next": self._link(self.page + 1) if self.first + self.size < count else None,
            "previous": self._link(self.page - 1) if self.page > 1 else None,
            "results": results,
        }

    def _link(self, page: int) -> str:
        others = [(name, value) for name, value in self.asked if name != "page"]
        return f"{self.path}?{urlencode([*others, ('page', str(page))])}"


def parse(path: str, asked: Iterable[tuple[str, str]]) -> Query:
    """Read the words behind the question mark."""
    pairs = tuple(asked)
    plain = dict(pairs)
    order = tuple(word.strip() for word in plain.get("order_by", "").split(",") if word.strip())
    return Query(
        path=path,
        asked=pairs,
        filters=tuple(_filter(name, text) for name, text in pairs if name not in NO_FILTERS),
        order=order,
        page=_number(plain, "page", 1, 2**31),
        size=min(_number(plain, "page_size", PAGE_SIZE, 2**31), LARGEST_PAGE),
    )


def _query(request: Request) -> Query:
    return parse(request.url.path, request.query_params.multi_items())


QueryDep = Annotated[Query, Depends(_query)]


def _filter(name: str, text: str) -> Filter:
    word = name.removeprefix(EITHER)
    field, _, lookup = word.rpartition("__")
    if not field or lookup not in LOOKUPS:
        field, lookup = word, "exact"
    return Filter(field, lookup, text, either=name.startswith(EITHER))


def _number(plain: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = plain.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise refusal(HTTPStatus.NOT_FOUND if name == "page" else HTTPStatus.BAD_REQUEST, f"Invalid {name}.")
    return int(text)


def as_text(text: str) -> str:
    """Read a value that is a text. No database holds NUL."""
    if "\0" in text:
        raise ValueError(text)
    return text


def as_number(text: str) -> int:
    """Read a value that is a number of the size that databases have."""
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError(text)
    return number


def as_bool(text: str) -> bool:
    """Read a value that is true or false."""
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text.lower() in ("true", "1")


def as_moment(text: str) -> datetime:
    """Read a value that is a point in time; without a time zone it is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def value_of(wanted: Filter, read: Callable[[str], Any]) -> Any:
    """Return the value of a filter; with ``in`` a list of values. Refuses what cannot be read."""
    try:
        if wanted.lookup == "in":
            return [read(one.strip()) for one in wanted.text.split(",") if one.strip()]
        return read(wanted.text)
    except ValueError:
        raise refusal(HTTPStatus.BAD_REQUEST, f"{wanted.field}: '{wanted.text[:80]}' is no such value") from None


def unknown_field(kind: str, field: str) -> Exception:
    """Return the problem of a filter for something that cannot be searched for: to leave it out would find too much."""
    return refusal(HTTPStatus.BAD_REQUEST, f"{kind} has no field named '{field[:80]}'")
