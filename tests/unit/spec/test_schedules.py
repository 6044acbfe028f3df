"""Schedules in English and cron, windows, and when two of them meet."""

from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.moments import moments
from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import to_cron


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("daily 02:30", "30 2 * * *"),
        ("daily  2:30", "30 2 * * *"),
        ("sunday 03:00", "0 3 * * 0"),
        ("saturday 23:59", "59 23 * * 6"),
        ("monthly 1 04:00", "0 4 1 * *"),
        ("monthly 31 00:00", "0 0 31 * *"),
        ("every 6h", "0 */6 * * *"),
        ("every 15m", "*/15 * * * *"),
        ("hourly", "0 * * * *"),
        ("0 2 * * *", "0 2 * * *"),
        ("*/5 8-18 * * 1-5", "*/5 8-18 * * 1-5"),
        ("0 0 1,15 * *", "0 0 1,15 * *"),
    ],
)
def test_a_schedule_has_five_fields(text: str, cron: str) -> None:
    assert to_cron(text) == cron


@pytest.mark.parametrize(
    "text",
    [
        "",
        "daily",
        "daily 24:00",
        "daily 02:60",
        "funday 03:00",
        "monthly 32 04:00",
        "monthly 0 04:00",
        "every 7h",
        "every 7m",
        "every 0h",
        "0 2 * *",
        "60 2 * * *",
        "0 2 * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "a b c d e",
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    assert to_cron(text) in (None, "0 0 * * *" if text == "daily" else None)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("daily 03:00", "daily 03:00", True),
        ("daily 03:00", "sunday 03:00", True),
        ("sunday 03:00", "monthly 1 03:00", True),
        ("sunday 03:00", "monday 03:00", False),
        ("monthly 1 03:00", "monthly 2 03:00", False),
        ("0 3 * 1 *", "0 3 * 2 *", False),
        ("0 3 1 * 1", "0 3 2 * 2", True),
        ("0 3 * * 0", "0 3 * * 7", True),
    ],
)
def test_two_schedules_meet_when_some_day_has_both(one: str, other: str, meet: bool) -> None:
    assert moments(one).meets(moments(other)) is meet
    assert moments(other).meets(moments(one)) is meet


def test_the_times_of_a_day_are_counted_out() -> None:
    assert moments("*/20 8-9 * * *").clock == {"08:00", "08:20", "08:40", "09:00", "09:20", "09:40"}
    assert moments("5/25 0 * * *").clock == {"00:05", "00:30", "00:55"}
