"""Searching in what was asked for finds what is meant, in both databases, whatever else a request holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from kombify.server.controller.asked import asks_for_playbook, has_label
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Job

REQUESTS: tuple[dict[str, Any], ...] = (
    {"playbook": "a.b.site", "labels": ["50%_\\\"'", "x"]},
    {"playbook": "a.b.other", "labels": [], "variables": {"playbook": "a.b.site", "labels": ["x"]}},
    {"playbook": "a.b.site", "variables": {"text": "\0", "more": ["x", "50%_\\\"'"]}},
    {"phases": [{"playbook": "a.b.site", "labels": ["x"]}]},
)


def test_playbooks_and_labels_are_found_where_they_belong(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    with database.begin() as session:
        session.add_all(Job(kind="job", stack="home", state="pending", request=one) for one in REQUESTS)

    def found(condition: ColumnElement[bool]) -> list[int]:
        with database.read() as session:
            return list(session.scalars(select(Job.id).where(condition).order_by(Job.id)))

    assert found(asks_for_playbook("a.b.site")) == [1, 3]
    assert found(asks_for_playbook("a.b.other")) == [2]
    assert found(has_label("x")) == [1]
    assert found(has_label("50%_\\\"'")) == [1]
    assert found(has_label("y")) == []
    database.close()
