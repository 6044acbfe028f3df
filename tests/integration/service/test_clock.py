"""A clock that is set back by hours while jobs wait, run and are stored."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

HOURS = 3


@pytest.fixture
def clock(house, tmp_path: Path) -> Path:
    """A file that says by how many seconds the service's clock is off."""
    file = tmp_path / "clock"
    file.write_text("0")
    path = os.pathsep.join(filter(None, (str(Path(__file__).with_name("clock")), os.environ.get("PYTHONPATH"))))
    house.service.environment |= {"PYTHONPATH": path, "TEST_CLOCK": str(file)}
    return file


def test_a_clock_that_is_set_back_changes_no_order_and_loses_nothing(house, clock, capsys) -> None:
    house.start()
    first = house.launch("wait", note="first")
    house.until(lambda: house.said() == ["first-began"])
    second = house.launch("note", note="second")
    clock.write_text(str(-HOURS * 3600))
    third = house.launch("note", note="third")
    assert house.ask("GET", "/healthz").is_success
    (house.stack("attic") / "go").touch()
    jobs = [house.ended(job_id) for job_id in (first, second, third)]
    assert [job["state"] for job in jobs] == ["successful"] * 3
    assert house.said() == ["first-began", "first-ended", "second", "third"]
    for job_id in (first, second, third):
        house.check_events(job_id)
    house.service.kill()
    house.until(house.service.ready)
    assert house.ended(house.launch("note", note="fourth"))["state"] == "successful"
    made = [datetime.fromisoformat(job["created_at"]) for job in jobs]
    assert made[2] < made[1], "the clock was not set back"
    with capsys.disabled():
        print(f"\nclock set back by {made[1] - made[2]}: 4 jobs in order, 0 lost")
