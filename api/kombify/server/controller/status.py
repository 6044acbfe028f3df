"""AWX's words for how far a job is."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case

from kombify.engine.workflow import ROLLED_BACK
from kombify.runner.status import State
from kombify.store.models import Job

BEFORE = (State.PENDING, State.WAITING)
RUNNING = "running"
ENDED = {
    State.SUCCESSFUL: "successful",
    State.FAILED: "failed",
    State.ERROR: "error",
    State.CANCELED: "canceled",
    State.LOST: "error",
    ROLLED_BACK: "failed",
}
"""Any other state in which something ended is how a workflow calls its good end: a deployment ends ``running``."""
GOOD = "successful"
BAD = frozenset({"failed", "error", "canceled"})


def status_of(state: str, *, ended: bool) -> str:
    """Return AWX's word for a state. All that happens between the launch and the end is ``running``."""
    if ended:
        return ENDED.get(state, GOOD)
    return state if state in BEFORE else RUNNING


def status_column() -> ColumnElement[str]:
    """Return the same for the rows of jobs, to search and to sort by."""
    unfinished = Job.ended_at.is_(None)
    return case(
        (and_(unfinished, Job.state.in_(BEFORE)), Job.state),
        (unfinished, RUNNING),
        *((Job.state == state, word) for state, word in ENDED.items()),
        else_=GOOD,
    )
