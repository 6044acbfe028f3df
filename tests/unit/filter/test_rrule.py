"""Schedules of the spec mean the same to AWX."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pytest
from ansible.errors import AnsibleFilterError
from cronsim import CronSim
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.kombify.stack.plugins.filter.rrule import rrule
from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import to_cron

BEGIN = datetime(2026, 11, 21)  # noqa: DTZ001 - rules are read without their time zone here


def times_of_awx(text: str) -> list[datetime]:
    start, _, rules = rrule(text).partition(" ")
    read = rrulestr("\n".join([start.replace(";TZID=UTC", ""), *rules.split(" ")]), forceset=True)
    return list(islice(read.xafter(BEGIN), 20))


def times_of_cron(text: str) -> list[datetime]:
    return list(islice(CronSim(to_cron(text) or "", BEGIN), 20))


@pytest.mark.parametrize(
    "text",
    ["daily 03:30", "sunday 00:15", "monthly 31 04:00", "every 6h", "hourly", "5/20 2-4 1,15 1-3 *", "0 0 1 * 0,7"],
)
def test_a_schedule_means_the_same_times(text: str) -> None:
    assert times_of_awx(text) == times_of_cron(text)


FIELDS = [
    st.sampled_from(["*", str(low), f"{low}-{high}", f"*/{max(2, high // 3)}", f"{low},{high}"])
    for low, high in ((3, 50), (1, 22), (2, 27), (2, 11), (1, 5))
]


@settings(max_examples=60, deadline=None)
@given(st.tuples(*FIELDS))
def test_every_cron_means_the_same_times(fields: tuple[str, ...]) -> None:
    minute, hour, day, month, weekday = fields
    if day.startswith("*/") or weekday.startswith("*/"):  # cron takes these for any day, each program in its own way
        weekday = "*"
    text = f"{minute} {hour} {day} {month} {weekday}"
    assert times_of_awx(text) == times_of_cron(text)


def test_the_time_zone_is_said() -> None:
    assert rrule("daily 03:30", "Europe/Berlin") == (
        "DTSTART;TZID=Europe/Berlin:20260101T000000 RRULE:FREQ=DAILY;INTERVAL=1;BYHOUR=3;BYMINUTE=30;BYSECOND=0"
    )


def test_what_is_no_schedule_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="'soon' is not a schedule"):
        rrule("soon")
