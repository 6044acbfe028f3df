"""What stands behind the question mark: read as AWX's clients write it, and refused when it cannot be meant."""

from __future__ import annotations

import pytest

from kombify.server.controller.query import Filter, as_bool, as_moment, as_number, as_text, parse, value_of
from kombify.server.controller.sequences import page_of
from kombify.server.problems import Problem

ITEMS = [
    {"id": 1, "name": "home: site", "organization": 7, "summary_fields": {"organization": {"name": "home"}}},
    {"id": 2, "name": "home: facts", "organization": 7, "summary_fields": {"organization": {"name": "home"}}},
    {"id": 3, "name": "work: site", "organization": 8, "summary_fields": {"organization": {"name": "work"}}},
]
FOUND = {
    "": [1, 2, 3],
    "name=home: site": [1],
    "name__icontains=SITE": [1, 3],
    "name__startswith=home": [1, 2],
    "id__in=1,3": [1, 3],
    "id__gt=1": [2, 3],
    "organization=8": [3],
    "organization__name=home": [1, 2],
    "or__id=2&or__name=work: site": [2, 3],
    "or__id=2&or__name=work: site&organization=7": [2],
    "order_by=-name": [3, 1, 2],
    "order_by=organization,-id": [2, 1, 3],
    "page_size=2": [1, 2],
    "page_size=2&page=2": [3],
    "name=none": [],
}


def asked(text: str) -> list[tuple[str, str]]:
    return [(word.split("=")[0], word.split("=", 1)[1]) for word in text.split("&") if word]


@pytest.mark.parametrize("text", FOUND)
def test_a_list_is_searched_sorted_and_cut(text: str) -> None:
    page = page_of(ITEMS, parse("/api/v2/x/", asked(text)), "Thing")
    assert [item["id"] for item in page["results"]] == FOUND[text]


def test_a_page_says_where_the_others_are_and_keeps_what_was_asked_for() -> None:
    query = parse("/api/v2/x/", [("name", "a b"), ("page", "2"), ("page_size", "10")])
    page = query.page_of([], 25)
    assert page["count"] == 25
    assert page["next"] == "/api/v2/x/?name=a+b&page_size=10&page=3"
    assert page["previous"] == "/api/v2/x/?name=a+b&page_size=10&page=1"


REFUSED = [("nonsense", "x"), ("nonsense__in", "x"), ("id", "one"), ("id", str(2**63)), ("name", "a\0b"), ("page", "0")]


@pytest.mark.parametrize(("name", "text"), [*REFUSED, ("page", "9"), ("page_size", "-1"), ("order_by", "size")])
def test_what_cannot_be_searched_for_is_refused_instead_of_finding_too_much(name: str, text: str) -> None:
    with pytest.raises(Problem):
        page_of(ITEMS, parse("/api/v2/x/", [(name, text)]), "Thing")


def test_values_are_read_as_what_they_are() -> None:
    assert value_of(Filter("id", "in", "1, 2"), as_number) == [1, 2]
    assert value_of(Filter("failed", "exact", "True"), as_bool) is True
    assert value_of(Filter("name", "exact", "x"), as_text) == "x"
    assert value_of(Filter("created", "gt", "2026-01-02T03:04:05Z"), as_moment).hour == 3
