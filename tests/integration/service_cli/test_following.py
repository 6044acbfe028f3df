"""A job goes on, and whoever follows it misses nothing, whatever happens to the service."""

from __future__ import annotations

import re
import signal

SAID = re.compile(r"this is (step \d)")
STEPS = [f"step {number}" for number in range(1, 6)]


def test_a_job_is_followed_through_a_kill_and_a_new_start_of_the_service(home) -> None:
    home.serve()
    job = home.launch_steps()
    following = home.begin("job", "follow", str(job))
    home.step(1)
    home.until(lambda: "this is step 2" in following.out)
    home.stop(signal.SIGKILL)
    home.step(2, 3)
    home.until(lambda: "Waiting for it; what runs goes on." in following.err)
    home.serve()
    home.until(lambda: "this is step 4" in following.out)
    home.step(4, 5)
    assert following.end() == 0, following.err
    assert SAID.findall(following.out) == STEPS
    assert following.out.splitlines()[-1].startswith(f"job {job} (home steps): successful in ")
    assert SAID.findall(home.kombify("job", "follow", str(job)).stdout) == STEPS


def test_the_service_stops_in_order_and_its_jobs_go_on(home) -> None:
    home.serve()
    job = home.launch_steps()
    following = home.begin("job", "follow", str(job))
    home.until(lambda: "this is step 1" in following.out)
    assert home.stop(signal.SIGTERM) == 0
    home.step(1, 2, 3, 4, 5)
    home.serve()
    assert following.end() == 0, following.err
    assert SAID.findall(following.out) == STEPS
    assert "Traceback" not in home.log


def test_ctrl_c_ends_the_watching_and_not_the_job(home) -> None:
    home.serve()
    job = home.launch_steps()
    following = home.begin("job", "follow", str(job))
    home.until(lambda: "this is step 1" in following.out)
    following.process.send_signal(signal.SIGINT)
    assert following.end() == 130
    assert f"no longer watching job {job}; it goes on" in following.err
    home.step(1, 2, 3, 4, 5)
    assert home.kombify("job", "follow", str(job)).returncode == 0


def test_a_job_is_canceled_to_its_last_process(home) -> None:
    home.serve()
    job = home.launch_steps()
    following = home.begin("job", "follow", str(job))
    home.until(lambda: "this is step 1" in following.out)
    canceled = home.kombify("job", "cancel", str(job))
    assert (canceled.returncode, canceled.stdout) == (0, f"job {job} (home steps): canceled\n")
    assert following.end() == 1
    assert home.kombify("job", "cancel", str(job)).returncode == 3
