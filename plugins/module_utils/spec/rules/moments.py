# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a schedule begins: the minutes of a day and the days, for comparing two of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import to_cron


@dataclass(frozen=True)
class Moments:
    """The times of day at which something begins, and the months and days; no days mean all of them."""

    clock: frozenset[str]
    months: frozenset[int]
    dates: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()

    def meets(self, other: Moments) -> bool:
        """Tell whether both begin on the same day at some time; every date falls on every weekday some year."""
        if not self.months & other.months:
            return False
        dates = self.dates and other.dates and not self.dates & other.dates
        weekdays = self.weekdays and other.weekdays and not self.weekdays & other.weekdays
        mixed = (self.dates and self.weekdays) or (other.dates and other.weekdays)
        return bool(mixed) or not (dates or weekdays)


@lru_cache(maxsize=4096)
def moments(schedule: str) -> Moments:
    """Return when a schedule begins."""
    minutes, hours, dates, months, weekdays = (to_cron(schedule) or "0 0 * * *").split(" ")
    clock = frozenset(f"{hour:02d}:{minute:02d}" for hour in _field(hours, 0, 23) for minute in _field(minutes, 0, 59))
    return Moments(
        clock,
        _field(months, 1, 12),
        frozenset() if dates == "*" else _field(dates, 1, 31),
        frozenset() if weekdays == "*" else frozenset(day % 7 for day in _field(weekdays, 0, 7)),
    )


def _field(text: str, low: int, high: int) -> frozenset[int]:
    """Count out one field of cron: ``*/15``, ``1-5``, ``1,3``."""
    found: set[int] = set()
    for part in text.split(","):
        span, _slash, step = part.partition("/")
        first, _dash, last = span.partition("-")
        start = low if first == "*" else int(first)
        end = int(last) if last else high if first == "*" or step else start
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)
