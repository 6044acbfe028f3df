"""What tasks say may be long, many, or no text at all: everything is stored, once, and the service lives on."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import func, select

from kombify.store.models import Event

EVENTS = 100_000
MEGABYTES = 400


def memory(pid: int) -> int:
    """Return how many megabytes a process had at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024


def test_ten_megabytes_in_a_line_and_bytes_that_are_no_text_are_kept_short_and_whole(house, capsys) -> None:
    house.start()
    began = time.monotonic()
    job_id = house.launch("loud")
    job = house.ended(job_id)
    assert job["state"] == "successful", job
    events = house.check_events(job_id)
    with house.database.read() as session:
        longest = session.scalar(select(func.max(func.length(Event.data) + func.length(Event.stdout))))
    assert longest < 200_000
    with capsys.disabled():
        print(f"\n2 x 10 MB in one line, binary, NaN: {events} events in {time.monotonic() - began:.0f} s")


def test_a_hundred_thousand_events_of_one_job_are_all_stored(house, capsys) -> None:
    house.start()
    began = time.monotonic()
    job_id = house.launch("long", count=EVENTS)
    slowest = 0.0
    while house.job(job_id)["ended_at"] is None:
        asked = time.monotonic()
        assert house.ask("GET", "/healthz").is_success
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(1)
    seconds = time.monotonic() - began
    assert house.job(job_id)["state"] == "successful"
    assert house.check_events(job_id) > EVENTS
    most = memory(house.service.pid)
    assert most < MEGABYTES
    with capsys.disabled():
        print(f"\n{EVENTS} events in {seconds:.0f} s; slowest answer {slowest:.2f} s; at most {most} MB")
