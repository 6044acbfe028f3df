"""What happened in a job, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from kombify.server.jobs.events import HEAVIEST, EventsPage, Wanted, events_as_json, events_page, hosts_page
from kombify.store.models import Event, HostSummary

if TYPE_CHECKING:
    from conftest import Readers


def page(readers: Readers, wanted: Wanted = Wanted(), **values: Any) -> EventsPage:  # noqa: B008
    async def read() -> EventsPage:
        async with readers.reading() as connection:
            return await events_page(connection, 1, wanted, **values)

    return readers.run(read)


def counters(found: EventsPage) -> list[int]:
    return [row["counter"] for row in found.rows]


def test_events_come_in_order_behind_a_counter(readers: Readers) -> None:
    readers.write("abcde")
    first = page(readers, limit=2)
    assert (counters(first), first.more) == ([1, 2], True)
    second = page(readers, after=2, limit=3)
    assert (counters(second), second.more) == ([3, 4, 5], False)
    assert counters(page(readers, after=5)) == []


def test_details_are_passed_on_as_they_are(readers: Readers) -> None:
    readers.write(["a"])
    body = orjson.loads(events_as_json(page(readers)))
    assert (body["items"][0]["data"], body["next"]) == ({"res": {"n": 1}}, None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(host="nas"), [1, 3]),
        (Wanted(event="runner_on_failed"), [3]),
        (Wanted(failed=True), [3]),
        (Wanted(failed=False, changed=True), [2]),
        (Wanted(host="nobody"), []),
    ],
    ids=str,
)
def test_only_events_that_are_wanted_come(readers: Readers, wanted: Wanted, expected: list[int]) -> None:
    readers.write("abc")
    with readers.database.begin() as session:
        for counter, values in enumerate(
            [{"host": "nas"}, {"changed": True}, {"host": "nas", "event": "runner_on_failed", "failed": True}], 1
        ):
            for name, value in values.items():
                setattr(session.get_one(Event, (1, counter)), name, value)
    assert counters(page(readers, wanted)) == expected


def test_a_page_of_heavy_events_ends_early_and_nothing_is_left_out(readers: Readers) -> None:
    readers.write(["x" * (HEAVIEST // 3)] * 8)
    seen: list[int] = []
    sizes = []
    more = True
    while more:
        found = page(readers, after=seen[-1] if seen else 0)
        seen, more = seen + counters(found), found.more
        sizes.append(len(found.rows))
    assert seen == list(range(1, 9))
    assert max(sizes) <= 4


def test_one_event_that_is_too_heavy_comes_alone(readers: Readers) -> None:
    readers.write(["a", "x" * (HEAVIEST + 1), "b"])
    assert [counters(page(readers, after=after)) for after in (0, 1, 2)] == [[1, 2], [2], [3]]


def test_hosts_come_by_name(readers: Readers) -> None:
    readers.write([])
    with readers.database.begin() as session:
        session.add_all([HostSummary(job_id=1, host=name, ok=1) for name in ("c", "a", "b")])

    async def read() -> list[list[str]]:
        async with readers.reading() as connection:
            pages = [await hosts_page(connection, 1, after=after, limit=1) for after in ("", "b")]
        return [[row["host"] for row in rows] for rows in pages]

    assert readers.run(read) == [["a", "b"], ["c"]]
