# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter P(kombify.stack.rrule#filter); its documentation is rrule.yml."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError

LIMITS = {"BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (1, 31), "BYMONTH": (1, 12), "BYDAY": (0, 7)}
"""The fields of cron in their order, by the part of a rule that says the same."""
DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA", "SU")
START = "20260101T000000"


def rrule(text: str, timezone: str = "UTC") -> str:
    """Return a schedule of the spec as AWX wants it.

    AWX takes one month and one day of a month in a rule, and cron takes either of two kinds of days when both are
    given: so there may be several rules.
    """
    # Here, so that Ansible can list the filter where the packages of the spec are not installed.
    from ansible_collections.kombify.stack.plugins.module_utils.spec.schedules import EXAMPLES, to_cron

    cron = to_cron(text)
    if cron is None:
        raise AnsibleFilterError(f"'{text}' is not a schedule: write {EXAMPLES}")
    fields = {part: _numbers(field, *LIMITS[part]) for part, field in zip(LIMITS, cron.split(), strict=True)}
    times = {part: fields[part] for part in ("BYHOUR", "BYMINUTE")}
    rules = []
    for month in fields["BYMONTH"] or [None]:
        rules += [_rule(month, days, times) for days in _days(fields["BYMONTHDAY"], fields["BYDAY"])]
    return " ".join([f"DTSTART;TZID={timezone}:{START}", *rules])


def _days(of_month: list[int] | None, of_week: list[int] | None) -> list[str]:
    """Return what says which days; either of both will do, as in cron."""
    said = [f";BYMONTHDAY={day}" for day in of_month or ()]
    if of_week:
        said.append(f";BYDAY={','.join(dict.fromkeys(DAYS[day] for day in of_week))}")
    return said or [""]


def _rule(month: int | None, days: str, times: dict[str, list[int] | None]) -> str:
    months = f";BYMONTH={month}" if month else ""
    every = {part: numbers or list(range(LIMITS[part][1] + 1)) for part, numbers in times.items()}
    said = "".join(f";{part}={','.join(map(str, numbers))}" for part, numbers in every.items())
    return f"RRULE:FREQ=DAILY;INTERVAL=1{months}{days}{said};BYSECOND=0"


def _numbers(field: str, low: int, high: int) -> list[int] | None:
    """Return the numbers of a field of cron; none for all of them."""
    if field == "*":
        return None
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = low if first == "*" else int(first)
        end = int(last) if last else high if first == "*" or step else begin
        found.update(range(begin, end + 1, int(step or 1)))
    return sorted(found)


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filter by its name."""
        return {"rrule": rrule}
