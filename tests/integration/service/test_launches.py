"""A thousand launches at once: the same one a thousand times, and a thousand different ones."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
from sqlalchemy import func, select

from kombify.store.models import Job

MANY = 1000
CONNECTIONS = 50
STACKS = ("attic", "cellar")
KEPT = 5
"""Jobs of each stack that run in the end, spread over the whole line."""


def launch_all(house, launches: list[tuple[str, str, str]]) -> tuple[list[httpx.Response], float]:
    """Send launches (stack, note, key) at once; return the answers in that order, and how many seconds it took."""

    async def send() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=CONNECTIONS)
        headers = {"Authorization": f"Bearer {house.service.token}"}
        async with httpx.AsyncClient(base_url=house.service.url, headers=headers, limits=limits, timeout=300) as client:
            return await asyncio.gather(*(post(client, *launch) for launch in launches))

    async def post(client: httpx.AsyncClient, stack: str, note: str, key: str) -> httpx.Response:
        body: dict[str, Any] = {"stack": stack, "playbook": "note", "title": note, "variables": {"note": note}}
        return await client.post(house.jobs, json=body, headers={"Idempotency-Key": key})

    began = time.monotonic()
    answers = asyncio.run(send())
    return answers, time.monotonic() - began


def test_a_thousand_identical_launches_are_one_job(house, capsys) -> None:
    house.start()
    answers, seconds = launch_all(house, [("attic", "once", "the-same")] * MANY)
    assert {answer.status_code for answer in answers} == {httpx.codes.ACCEPTED}
    (job_id,) = {answer.json()["id"] for answer in answers}
    assert house.ended(job_id)["state"] == "successful"
    with house.database.read() as session:
        assert session.scalar(select(func.count(Job.id))) == 1
    assert house.said() == ["once"]
    with capsys.disabled():
        print(f"\n{MANY} identical launches in {seconds:.1f} s: 1 job")


def test_a_thousand_different_launches_are_all_accepted_and_run_in_order(house, capsys) -> None:
    """Each stack is kept busy by a first job while the launches come in; then all but a few of them are canceled."""
    house.start()
    first = [house.launch("wait", stack, note="first") for stack in STACKS]
    house.until(lambda: all(house.said(stack) for stack in STACKS))
    launches = [(STACKS[number % 2], f"note-{number:04}", f"key-{number}") for number in range(MANY)]
    answers, seconds = launch_all(house, launches)
    assert {answer.status_code for answer in answers} == {httpx.codes.ACCEPTED}
    jobs = {answer.json()["id"]: launch for answer, launch in zip(answers, launches, strict=True)}
    assert len(jobs) == MANY

    in_line = {stack: sorted(number for number, launch in jobs.items() if launch[0] == stack) for stack in STACKS}
    kept = {stack: numbers[:: len(numbers) // KEPT][:KEPT] for stack, numbers in in_line.items()}
    house.service.kill()
    house.until(house.service.ready)
    orders = house.orders
    for job_id in jobs.keys() - {number for numbers in kept.values() for number in numbers}:
        assert orders.cancel(job_id)
    for stack in STACKS:
        (house.stack(stack) / "go").touch()
    for job_id in [*first, *(number for numbers in kept.values() for number in numbers)]:
        assert house.ended(job_id)["state"] == "successful"
    for stack in STACKS:
        notes = [jobs[job_id][1] for job_id in kept[stack]]
        assert house.said(stack) == ["first-began", "first-ended", *notes], "not in the order of their numbers"
    with house.database.read() as session:
        states = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).tuples().all())
    assert states == {"successful": 2 * KEPT + len(first), "canceled": MANY - 2 * KEPT}
    with capsys.disabled():
        print(f"\n{MANY} different launches in {seconds:.1f} s: all accepted, in order, one kill in between")
