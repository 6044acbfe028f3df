"""Disks that are full: that of the service, and that of a stack."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MEGABYTES = 300
"""More than what the service itself wants to be free."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Put a small disk at a folder; what is there now is on it."""
    kept = folder.with_name(f"{folder.name}.before")
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0700", "tmpfs", folder], check=True)
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", folder], check=True)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last byte, and return the file whose removal makes room again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return ballast


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_under_the_database_refuses_what_is_new_and_loses_nothing(house, capsys) -> None:
    """What cannot be kept is not accepted; jobs that run go on, and what they wrote is stored when there is room."""
    with small_disk(house.folder / "data") as disk:
        house.start()
        ran = house.launch("wait", note="ran")
        house.until(lambda: house.said() == ["ran-began"])
        waited = house.launch("note", note="waited")
        ballast = fill(disk)
        house.until(lambda: not house.try_launch("note", note="refused").is_success)
        refused = house.try_launch("note", note="refused")
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert house.ask("GET", "/healthz").is_success
        assert house.job(ran)["state"] == "running"
        (house.stack("attic") / "go").touch()
        house.until(lambda: house.said() == ["ran-began", "ran-ended"])
        house.until(lambda: any("full" in trouble for trouble in house.troubles().values()))
        assert house.job(ran)["ended_at"] is None
        said = house.troubles()
        house.until(house.counts_troubles)
        ballast.unlink()
        assert [house.ended(job_id)["state"] for job_id in (ran, waited)] == ["successful"] * 2
        for job_id in (ran, waited):
            house.check_events(job_id)
        house.until(lambda: house.troubles() == {} and not house.counts_troubles())
        assert "refused" not in house.said()
        after = house.launch("note", note="after")
        assert house.ended(after)["state"] == "successful"
    with capsys.disabled():
        print(f"\ndisk of the database full: {said}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_under_a_stack_delays_its_jobs_and_those_of_no_other(house, capsys) -> None:
    """A job that runs waits until it can write; one that has not begun begins when there is room, without litter."""
    with small_disk(house.stack("attic")) as disk:
        house.start()
        ran = house.launch("late")
        house.until(lambda: house.said() == ["late-began"])
        ballast = fill(disk)
        (house.stack("attic") / "go").touch()
        elsewhere = house.launch("note", "cellar", note="elsewhere")
        assert house.ended(elsewhere)["state"] == "successful"
        assert house.job(ran)["state"] == "running"
        ballast.unlink()
        assert house.ended(ran)["state"] == "successful"
        assert house.check_events(ran) > 100

        ballast = fill(disk)
        waited = house.launch("note", note="waited")
        house.until(lambda: any("No space left" in trouble for trouble in house.troubles().values()))
        said = house.troubles()
        house.until(house.counts_troubles)
        ballast.unlink()
        assert house.ended(waited)["state"] == "successful"
        house.check_events(waited)
        house.until(lambda: house.troubles() == {} and not house.counts_troubles())
        assert len(list(disk.glob(".kombify/jobs/*/"))) == 2, "each try left a folder"
    with capsys.disabled():
        print(f"\ndisk of a stack full: {said}")
