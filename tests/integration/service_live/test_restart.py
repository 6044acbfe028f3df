"""The service is killed while somebody follows a job: he misses nothing, and hears nothing twice."""

from __future__ import annotations

import itertools
from operator import gt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Live

KILLS = 3
BATCHES = 60


def test_a_follower_hears_every_event_once_however_often_the_service_is_killed(live_anywhere: Live, capsys) -> None:
    live = live_anywhere
    live.make()
    followers = [live.follow() for _ in range(3)]
    numbers = itertools.count(1)
    heard = [0] * len(followers)
    for batch in range(BATCHES):
        live.write(f"line {next(numbers)}" for _ in range(20))
        if batch % (BATCHES // KILLS) == 7:
            live.until(lambda before=heard: all(map(gt, (one.connections for one in followers), before)))
            live.until(lambda: any(one.counters for one in followers))
            heard = [one.connections for one in followers]
            live.kill()
            live.start()
    live.end()
    for follower in followers:
        follower.finished()
        assert follower.counters == list(range(1, BATCHES * 20 + 1))
        assert follower.events[-1] == "end"
    with capsys.disabled():
        connections = [follower.connections for follower in followers]
        print(f"\n{KILLS} kills: {BATCHES * 20} events, none missing, none twice; connections: {connections}")


def test_when_the_service_stops_followers_are_told_to_come_again(live: Live) -> None:
    live.make()
    live.write(["a"])
    follower = live.follow()
    live.until(lambda: follower.counters == [1])
    assert live.process is not None
    live.process.terminate()
    assert live.process.wait(60) == 0
    live.process = None
    follower.finished()
    assert (follower.events[-1], follower.last) == ("bye", {"reason": "the service stops", "again": True})
