"""Following one job: its state, all its events in order, its end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from kombify.server.live import feeds, news
from kombify.server.live.sse import job_stream

if TYPE_CHECKING:
    from conftest import Stage

Messages = list[tuple[str, dict[str, Any]]]


def counters(messages: Messages) -> list[int]:
    return [data["counter"] for event, data in messages if event == "event"]


def states(messages: Messages) -> list[str]:
    return [data["state"] for event, data in messages if event == "state"]


def test_a_job_that_has_ended_is_told_from_its_first_event_to_its_end(stage: Stage) -> None:
    stage.make()
    stage.write(*range(1, 451))
    stage.end()
    messages = stage.run(stage.all_of)
    assert [event for event, _ in messages] == ["state", *["event"] * 450, "end"]
    assert counters(messages) == list(range(1, 451))
    assert (messages[-1][1]["state"], messages[-1][1]["code"]) == ("successful", 0)
    assert messages[1][1]["stdout"] == "line 1"
    assert "data" not in messages[1][1]


def test_a_stream_goes_on_where_it_was_left(stage: Stage) -> None:
    stage.make()
    stage.write(*range(1, 11))
    stage.end()
    assert counters(stage.run(lambda: stage.all_of(after=7))) == [8, 9, 10]
    assert counters(stage.run(lambda: stage.all_of(after=99))) == []


def test_what_happens_is_told_while_it_happens_and_the_last_state_behind_all_events(stage: Stage) -> None:
    stage.make()

    async def play() -> Messages:
        seen: Messages = []
        async for message in stage.listen():
            seen.append(message)
            if message[1].get("state") == "pending":
                await asyncio.to_thread(stage.change, state="running")
            elif message[1].get("state") == "running" and message[0] == "state":
                await asyncio.to_thread(stage.write, 1, 2)
            elif message[1].get("counter") == 2:
                await asyncio.to_thread(stage.write, 3)
                await asyncio.to_thread(stage.end)
        return seen

    seen = stage.run(play)
    assert [event for event, _ in seen] == ["state", "state", "event", "event", "event", "state", "end"]
    assert states(seen) == ["pending", "running", "successful"]
    assert counters(seen) == [1, 2, 3]


def test_events_that_never_came_hold_nothing_up(stage: Stage) -> None:
    stage.make()
    stage.write(1, 2, 5)
    stage.write(9)
    with stage.worker.begin() as session:
        session.execute(news.Event.__table__.delete().where(news.Event.counter == 9))
    stage.end()
    messages = stage.run(stage.all_of)
    assert (counters(messages), messages[-1][0]) == ([1, 2, 5], "end")


def test_a_job_without_events_ends(stage: Stage) -> None:
    stage.make(state="canceled", events_stored=True)
    assert [event for event, _ in stage.run(stage.all_of)] == ["state", "end"]


def test_somebody_far_behind_and_somebody_close_hear_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """More events than a feed keeps: who comes late, and who reads slowly, gets the rest from the database."""
    monkeypatch.setattr(feeds, "MOST", 50)
    stage.make(state="running")
    stage.write(*range(1, 301))

    async def slowly() -> Messages:
        seen: Messages = []
        async for message in stage.listen():
            seen.append(message)
            await asyncio.sleep(0.002)
        return seen

    async def play() -> list[Messages]:
        listeners = [asyncio.create_task(one) for one in (slowly(), stage.all_of(), stage.all_of(after=300))]
        await asyncio.sleep(0)
        for start in range(301, 1_001, 35):
            await asyncio.to_thread(stage.write, *range(start, start + 35))
        await asyncio.to_thread(stage.end)
        return await asyncio.gather(*listeners)

    slow, fast, late = stage.run(play)
    assert counters(slow) == counters(fast) == list(range(1, 1_001))
    assert counters(late) == list(range(301, 1_001))


def test_hundreds_listen_to_one_job_and_each_hears_everything(stage: Stage) -> None:
    stage.make(state="running")

    async def play() -> list[Messages]:
        listeners = [asyncio.create_task(stage.all_of()) for _ in range(300)]
        await asyncio.sleep(0)
        for start in range(1, 101, 10):
            await asyncio.to_thread(stage.write, *range(start, start + 10))
        await asyncio.to_thread(stage.end)
        return await asyncio.gather(*listeners)

    assert {tuple(counters(heard)) for heard in stage.run(play)} == {tuple(range(1, 101))}
    assert stage.pulse._jobs == {}


def test_the_parts_of_a_workflow_are_told(stage: Stage) -> None:
    stage.make(1, "running", kind="workflow")

    async def play() -> Messages:
        seen: Messages = []
        async for message in stage.listen():
            seen.append(message)
            if len(seen) == 1:
                await asyncio.to_thread(stage.make, 2, "running", parent_id=1)
            elif message[0] == "job" and message[1]["state"] == "running":
                await asyncio.to_thread(stage.end, 2)
            elif message[0] == "job":
                await asyncio.to_thread(stage.end, 1)
        return seen

    assert [(event, data["id"], data["state"]) for event, data in stage.run(play)] == [
        ("state", 1, "running"),
        ("job", 2, "running"),
        ("job", 2, "successful"),
        ("state", 1, "successful"),
        ("end", 1, "successful"),
    ]


def test_a_very_long_text_is_cut_and_says_so(stage: Stage) -> None:
    stage.make()
    stage.write(1, text="x" * 10_000_000)
    stage.end()
    event = stage.run(stage.all_of)[1][1]
    assert (len(event["stdout"]), event["cut"]) == (news.LONGEST, 10_000_000 - news.LONGEST)


def test_what_a_machine_tells_a_terminal_is_left_out(stage: Stage) -> None:
    stage.make()
    stage.write(1, text="\x1b]52;c;cm0=\x07\x1b[31mred\x1b[0m")
    stage.end()
    assert stage.run(stage.all_of)[1][1]["stdout"] == "\x1b[31mred\x1b[0m"


def test_of_a_job_that_goes_away_the_stream_says_so(stage: Stage) -> None:
    stage.make(state="running")

    async def play() -> Messages:
        seen: Messages = []
        async for message in stage.listen():
            seen.append(message)
            if message[0] == "state":
                with stage.worker.begin() as session:
                    session.delete(session.get_one(news.Job, 1))
        return seen

    assert stage.run(play)[-1] == ("bye", {"reason": "there is no job 1", "again": False})


def test_who_listens_is_sent_away_when_the_service_stops(stage: Stage) -> None:
    stage.make(state="running")

    async def play() -> Messages:
        seen: Messages = []
        async for message in stage.listen():
            seen.append(message)
            stage.pulse.close()
        return seen

    assert stage.run(play)[-1] == ("bye", {"reason": "the service stops", "again": True})


def test_a_token_that_was_revoked_ends_the_stream(stage: Stage) -> None:
    stage.make(state="running")
    good = [True]

    async def still_good() -> bool:
        return good[0]

    async def play() -> str:
        text = ""
        async for part in job_stream(stage.pulse, 1, 0, still_good):
            text += part.decode()
            if "running" in text:
                good[0] = False
        return text

    assert '"reason":"your token was revoked or has expired","again":false' in stage.run(play)


@pytest.mark.parametrize("mine", [True, False], ids=["in this process", "in another one"])
def test_an_event_is_told_soon_after_it_was_stored(stage: Stage, mine: bool) -> None:
    stage.make(state="running")
    stored: list[float] = []

    def write(counter: int) -> None:
        stage.write(counter, by=stage.database if mine else None)
        stored.append(time.monotonic())

    async def play() -> list[float]:
        told = []
        async for event, data in stage.listen():
            if event == "event":
                told.append(time.monotonic())
            if data.get("counter") == 20:
                return told
            await asyncio.to_thread(write, data.get("counter", 0) + 1)
        return told

    waited = sorted(told - one for told, one in zip(stage.run(play), stored, strict=True))
    print(f"from stored to told: {waited[10] * 1000:.0f} ms, at most {waited[-1] * 1000:.0f} ms")
    assert len(waited) == 20


def test_nobody_is_asked_when_nobody_listens(stage: Stage) -> None:
    stage.make(state="running")

    async def play() -> bool:
        async for _message in stage.listen():
            break
        for _ in range(1_000):
            if stage.pulse._task is None or stage.pulse._task.done():
                return True
            await asyncio.sleep(0.01)
        return False

    assert stage.run(play)
