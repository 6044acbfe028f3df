"""What becomes of a client when the service is killed: its jobs go on, and it can take up its waiting again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Controller


def test_a_job_is_watched_again_after_the_service_was_killed(mortal: Controller) -> None:
    job = str(mortal.awx_json("job_templates", "launch", "home: hold")["id"])
    mortal.until(lambda: mortal.get(f"jobs/{job}")["status"] == "running")
    watching = mortal.open("awx", "jobs", "monitor", job)
    mortal.stop()
    watching.communicate(timeout=900)
    mortal.start()
    again = mortal.open("awx", "jobs", "monitor", job, PYTHONUNBUFFERED="1")
    assert again.stdout is not None
    assert "Starting" in again.stdout.readline(), "who comes after the end is told that there is nothing to watch"
    mortal.go()
    said, _nothing = again.communicate(timeout=900)
    assert again.returncode == 0, said
    assert (said.count("TASK [Wait]"), said.count("PLAY RECAP")) == (1, 1)
    assert mortal.get(f"jobs/{job}")["status"] == "successful"
    assert (mortal.stack / "ran").read_text().split() == ["x"]


def test_a_launch_that_is_said_again_with_its_key_after_a_kill_is_the_same_job(mortal: Controller) -> None:
    template = mortal.get("job_templates", name="home: hold")["results"][0]
    first = mortal.post(template["related"]["launch"], key="one")
    mortal.stop()
    mortal.start()
    assert mortal.post(template["related"]["launch"], key="one")["id"] == first["id"]
    assert mortal.get("jobs")["count"] == 1
    mortal.go()
    mortal.until(lambda: mortal.get(f"jobs/{first['id']}")["event_processing_finished"])
