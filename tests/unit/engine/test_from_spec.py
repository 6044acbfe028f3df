"""Schedules that stand in a spec are kept as the spec says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from kombify.engine.from_spec import SchedulesOfSpecs
from kombify.engine.specs import Specs
from kombify.engine.timetable import Timetable
from kombify.store.models import Schedule

SPEC = """\
plugin: kombify.stack.kombination
apiVersion: kombify.stack/v1
name: home
timezone: Europe/Berlin
nodes:
  nas: {address: 192.0.2.10}
execution:
  schedules:
"""


class Home:
    """A stack whose spec can be written, and what keeps its schedules."""

    def __init__(self, bench) -> None:
        self.database = bench.database
        self.timetable = Timetable(bench.database)
        self.folder: Path = bench.stacks.folder("home")
        self._keeper = SchedulesOfSpecs(bench.database, bench.stacks, Specs())

    def says(self, *lines: str) -> dict[str, Schedule]:
        (self.folder / "kombination.yaml").write_text(SPEC + "".join(f"    {line}\n" for line in lines))
        return self.kept()

    def kept(self) -> dict[str, Schedule]:
        self._keeper.keep()
        with self.database.read() as session:
            return {one.name: one for one in session.scalars(select(Schedule))}


@pytest.fixture
def home(bench) -> Home:
    return Home(bench)


def test_schedules_of_a_spec_are_there_with_its_time_zone(home: Home) -> None:
    kept = home.says(
        "drift: {at: 'daily 03:30', limit: [nas]}", "deploy: {at: weekly, run: deployment}", "x: {at: daily, run: site}"
    )
    assert {name: one.request["kind"] for name, one in kept.items()} == {
        "home-drift": "drift",
        "home-deploy": "deployment",
        "home-x": "job",
    }
    assert kept["home-x"].request["playbook"] == "kombify.stack.site"
    drift = kept["home-drift"]
    assert (drift.cron, drift.timezone, drift.request["limit"]) == ("daily 03:30", "Europe/Berlin", ["nas"])
    assert drift.next_at is not None


def test_a_changed_spec_changes_them_and_what_it_no_longer_has_is_gone(home: Home) -> None:
    home.timetable.add("mine", "home", "hourly", {"kind": "drift"}, created_by="ada")
    home.says("drift: {at: 'daily 03:30'}", "deploy: {at: weekly, run: deployment}")
    kept = home.says("drift: {at: 'daily 04:30'}")
    assert {name: one.cron for name, one in kept.items()} == {"mine": "hourly", "home-drift": "daily 04:30"}


def test_one_that_somebody_switched_off_stays_off(home: Home) -> None:
    home.says("drift: {at: 'daily 03:30'}")
    home.timetable.change("home-drift", enabled=False)
    assert not home.says("drift: {at: 'daily 04:30'}")["home-drift"].enabled


def test_a_spec_with_errors_leaves_them_as_they_are(home: Home) -> None:
    home.says("drift: {at: 'daily 03:30'}")
    assert home.says("drift: {at: soon}")["home-drift"].cron == "daily 03:30"


@pytest.mark.parametrize("run", ["nothing", "destroy"])
def test_what_cannot_run_by_itself_is_left_out_and_said(home: Home, run: str, caplog: pytest.LogCaptureFixture) -> None:
    kept = home.says("drift: {at: 'daily 03:30'}", f"other: {{at: daily, run: {run}}}")
    assert list(kept) == ["home-drift"]
    assert f"'{run}' is nothing that can run by itself" in caplog.text


def test_nothing_is_done_while_no_file_changes(home: Home) -> None:
    home.says("drift: {at: 'daily 03:30'}")
    home.timetable.remove("home-drift")
    assert home.kept() == {}
