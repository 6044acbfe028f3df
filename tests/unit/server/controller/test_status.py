"""AWX's words for states: the same in answers and in searches."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from kombify.server.controller.status import status_column, status_of
from kombify.server.service import Service
from kombify.store.columns import now
from kombify.store.models import Job

WORDS = [
    ("pending", False, "pending"),
    ("waiting", False, "waiting"),
    ("running", False, "running"),
    ("health_check", False, "running"),
    ("rolling_back", False, "running"),
    ("successful", True, "successful"),
    ("running", True, "successful"),
    ("failed", True, "failed"),
    ("rolled_back", True, "failed"),
    ("error", True, "error"),
    ("lost", True, "error"),
    ("canceled", True, "canceled"),
]


@pytest.mark.parametrize(("state", "ended", "word"), WORDS)
def test_a_state_has_the_same_word_in_an_answer_and_in_a_search(
    service: Service, state: str, ended: bool, word: str
) -> None:
    assert status_of(state, ended=ended) == word
    with service.database.begin() as session:
        ended_at = now() if ended else None
        session.execute(insert(Job).values(kind="job", stack="home", state=state, request={}, ended_at=ended_at))
        assert session.scalar(select(status_column())) == word
