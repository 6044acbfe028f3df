# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules in English or cron, and windows of time; normalised to five cron fields."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

_TIME = r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])"
_DAILY = re.compile(rf"daily\s+{_TIME}\Z")
_WEEKLY = re.compile(rf"(?P<day>{'|'.join(DAYS)})\s+{_TIME}\Z")
_MONTHLY = re.compile(rf"monthly\s+(?P<day>[1-9]|[12][0-9]|3[01])\s+{_TIME}\Z")
_EVERY = re.compile(r"every\s+(?P<count>[1-9][0-9]?)(?P<unit>[mh])\Z")
_WORDS = {
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 0",
    "monthly": "0 0 1 * *",
}
_CRON_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_PART = re.compile(r"(?:\*|(?P<low>[0-9]+)(?:-(?P<high>[0-9]+))?)(?:/(?P<step>[1-9][0-9]*))?\Z")
_WINDOW = re.compile(
    rf"(?:(?:daily|{'|'.join(DAYS)})\s+)?(?:[01]?[0-9]|2[0-3]):[0-5][0-9]-(?:[01]?[0-9]|2[0-3]):[0-5][0-9]\Z"
)

EXAMPLES = 'daily 02:30, sunday 03:00, monthly 1 04:00, every 6h, or cron "0 2 * * *"'


def to_cron(text: str) -> str | None:
    """Return the five cron fields of a schedule, or None when it is none."""
    text = " ".join(text.split())
    if text in _WORDS:
        return _WORDS[text]
    if match := _DAILY.match(text):
        return f"{int(match['minute'])} {int(match['hour'])} * * *"
    if match := _WEEKLY.match(text):
        return f"{int(match['minute'])} {int(match['hour'])} * * {DAYS.index(match['day'])}"
    if match := _MONTHLY.match(text):
        return f"{int(match['minute'])} {int(match['hour'])} {match['day']} * *"
    if match := _EVERY.match(text):
        return _every(int(match["count"]), match["unit"])
    fields = text.split(" ")
    if len(fields) == 5 and all(_cron_field(*pair) for pair in zip(fields, _CRON_LIMITS, strict=True)):
        return text
    return None


def _every(count: int, unit: str) -> str | None:
    """A step that does not divide the hour or the day would be uneven, so it is refused."""
    if unit == "m":
        return f"*/{count} * * * *" if 60 % count == 0 else None
    return f"0 */{count} * * *" if 24 % count == 0 else None


def _cron_field(text: str, limits: tuple[int, int]) -> bool:
    for part in text.split(","):
        match = _CRON_PART.match(part)
        if match is None:
            return False
        numbers = [int(number) for number in (match["low"], match["high"]) if number]
        if any(not limits[0] <= number <= limits[1] for number in numbers) or numbers != sorted(numbers):
            return False
    return True


def check_schedule(value: Any) -> Any:
    """Validate a schedule field; the text stays as the user wrote it."""
    if not isinstance(value, str) or to_cron(value) is None:
        raise problem("K207", f"'{value}' is not a schedule", f"write {EXAMPLES}")
    return value


def check_window(value: Any) -> Any:
    """Validate a window of time such as ``sunday 02:00-05:00``."""
    if not isinstance(value, str) or _WINDOW.match(" ".join(value.split())) is None:
        raise problem(
            "K207",
            f"'{value}' is not a window of time",
            "write sunday 02:00-05:00 or 22:00-06:00",
        )
    return value
