"""Figures for Prometheus: true, few, and cheap."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from kombify.server.service import Service
from kombify.server.system.figures import Looker
from kombify.store.columns import now
from kombify.store.models import Job, Run

HERE = {"base_url": "http://localhost", "client": ("127.0.0.1", 1)}


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    text = TestClient(client.app, **HERE).get("/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def add(service: Service, state: str, *, ended: bool = True, counter: int = 0, seconds: float = 3) -> int:
    moment = now()
    with service.database.begin() as session:
        job = Job(
            kind="job",
            stack="home",
            state=state,
            request={},
            created_at=moment - timedelta(seconds=60),
            started_at=moment - timedelta(seconds=seconds),
            ended_at=moment if ended else None,
        )
        session.add(job)
        session.flush()
        session.add(Run(job_id=job.id, worker="one", folder="/x", counter=counter))
        return job.id


def test_jobs_are_counted_once_each(anonymous: TestClient, service: Service) -> None:
    figures(anonymous)
    waiting = add(service, "pending", ended=False)
    for state in ("successful", "successful", "failed", "a word of the user's", "another one"):
        add(service, state, counter=10)
    for _ in range(3):
        found = figures(anonymous)
        assert found["kombify_jobs_ended_total", "successful"] == 2
        assert found["kombify_jobs_ended_total", "failed"] == 1
        assert found["kombify_jobs_ended_total", "other"] == 2
        assert found["kombify_job_seconds_count", "successful"] == 2
        assert found["kombify_jobs", "pending"] == 1
        assert found[("kombify_queue_length",)] == 1
        assert found[("kombify_queue_oldest_seconds",)] >= 59
        assert found[("kombify_jobs_launched",)] == waiting + 5
        assert found[("kombify_events_stored_total",)] == 50


def test_events_of_a_job_that_runs_are_counted_as_they_come(anonymous: TestClient, service: Service) -> None:
    job_id = add(service, "running", ended=False, counter=100)
    assert figures(anonymous)[("kombify_events_stored_total",)] == 0  # they were stored before we looked first
    with service.database.begin() as session:
        session.get_one(Run, job_id).counter = 130
    assert figures(anonymous)[("kombify_events_stored_total",)] == 30
    with service.database.begin() as session:
        session.get_one(Run, job_id).counter = 150
        session.get_one(Job, job_id).ended_at = now()
    assert figures(anonymous)[("kombify_events_stored_total",)] == 50


def test_what_ended_before_the_service_started_is_not_counted(service: Service, anonymous: TestClient) -> None:
    moment = now() - timedelta(seconds=30)
    job_id = add(service, "failed")
    with service.database.begin() as session:
        session.get_one(Job, job_id).ended_at = moment
    assert ("kombify_jobs_ended_total", "failed") not in figures(anonymous)


def test_requests_are_counted_by_the_template_of_their_route(anonymous: TestClient, reader: TestClient) -> None:
    for number in range(20):
        reader.get(f"/v1/orchestrator/jobs/{number + 1}")
        anonymous.get(f"/made/up/{number}")
        anonymous.request(f"MADE{number}", "/healthz")
    found = figures(anonymous)
    assert found["kombify_http_requests_total", "GET", "/v1/orchestrator/jobs/{job_id}", "404"] == 20
    assert found["kombify_http_requests_total", "GET", "none", "404"] == 20
    assert found["kombify_http_requests_total", "other", "/healthz", "405"] == 20
    assert len([name for name in found if name[0] == "kombify_http_requests_total"]) <= 5


def test_strangers_get_no_figures_and_readers_do(anonymous: TestClient, tokens: dict[str, str]) -> None:
    assert anonymous.get("/metrics").status_code == 401
    answer = anonymous.get("/metrics", headers={"Authorization": f"Bearer {tokens['read']}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_figures_come_also_without_a_database(
    anonymous: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_words: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(Looker, "look", fail)
    assert figures(anonymous)[("kombify_data_free_bytes",)] > 0


def test_no_table_is_read_from_its_beginning_to_its_end(service: Service) -> None:
    """Except for the short list of workers."""
    queries: list[tuple[str, Any]] = []
    event.listen(
        service.database.async_engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, values, *_more: queries.append((statement, values)),
    )

    async def look() -> None:
        async with service.reading() as connection:
            await Looker().look(connection)

    asyncio.run(look())
    plans = []
    with service.database.engine.connect() as connection:
        for statement, values in queries:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plans += [row[-1] for row in rows]
    assert len(plans) >= 5
    assert [plan for plan in plans if plan.startswith("SCAN") and "workers" not in plan] == []
