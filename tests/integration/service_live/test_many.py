"""Hundreds follow one job at once: each hears everything, soon, and while nothing happens they cost next to nothing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Live

MANY = 500
EVENTS = 50
MEGABYTES = 100


class Crowd:
    """Many followers of one job."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.arrived: list[list[float]] = [[] for _ in range(MANY)]
        self.begun = 0

    async def follow(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._live.port)
        request = "GET /v1/orchestrator/jobs/1/stream HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer "
        writer.write(f"{request}{self._live.token}\r\n\r\n".encode())
        async for line in reader:
            self.begun += line.startswith(b"event: state") and not self.arrived[number]
            if line.startswith(b"id: "):
                assert int(line[4:]) == len(self.arrived[number]) + 1
                self.arrived[number].append(time.monotonic())
            if line.startswith(b"event: end"):
                break
        writer.close()

    async def play(self) -> tuple[list[float], float]:
        tasks = [asyncio.create_task(self.follow(number)) for number in range(MANY)]
        while self.begun < MANY:
            await asyncio.sleep(0.1)
        before, began = self._live.busy(), time.monotonic()
        await asyncio.sleep(5)
        idle = (self._live.busy() - before) / (time.monotonic() - began)
        stored = []
        for number in range(EVENTS):
            await asyncio.to_thread(self._live.write, [f"line {number}"])
            stored.append(time.monotonic())
            await asyncio.sleep(0.1)
        await asyncio.to_thread(self._live.end)
        await asyncio.gather(*tasks)
        return sorted(told - one for heard in self.arrived for told, one in zip(heard, stored, strict=True)), idle


def test_hundreds_follow_one_job(live: Live, capsys) -> None:
    live.make()
    before = live.memory()
    waited, idle = asyncio.run(Crowd(live).play())
    most = live.memory()
    assert len(waited) == MANY * EVENTS
    assert most - before < MEGABYTES
    with capsys.disabled():
        half, late = (waited[len(waited) * share // 100] * 1000 for share in (50, 95))
        print(
            f"\n{MANY} followers: stored to told {half:.0f} ms (95 %: {late:.0f} ms); "
            f"idle {idle:.1%} of one processor; memory {before} -> {most} MB"
        )
