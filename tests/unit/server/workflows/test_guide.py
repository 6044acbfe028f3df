"""The guide about deployments: every request in it is answered as it says."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import select

from kombify.engine.outcome import Outcome
from kombify.engine.turns import close
from kombify.server.service import Service
from kombify.store.models import Event, Job

GUIDE = Path(__file__).parents[4] / "docs/guides/deployments.md"
EXAMPLE = re.compile(r"^```http\n(\w+) (\S+)\n(.*?)→ (\d+)\n```$", re.MULTILINE | re.DOTALL)


def end_all(service: Service) -> None:
    """Let everything that was launched come to a good end, as it does between two examples."""
    with service.database.begin() as session:
        for job in session.scalars(select(Job).where(Job.ended_at.is_(None))).all():
            session.add(Event(job_id=job.id, counter=1, event="playbook_on_stats", data={}))
            close(session, job, Outcome(job.request.get("success", "successful")))


def test_every_request_is_answered_as_the_guide_says(service: Service, runner: TestClient) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    assert len(examples) == text.count("```http\n")
    for method, path, body, status in examples:
        if not path.endswith("/cancel"):
            end_all(service)
        answer = runner.request(method, path, content=body or None, headers={"Content-Type": "application/json"})
        assert answer.status_code == int(status), f"{method} {path}: {answer.text}"
