"""Carrying out a workflow: its phases in order, and when one fails, the undo of those that ran, the last one first.

Where it stands is read from the rows each time, so it goes on after a kill as if nothing had happened.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kombify.engine.execution import Execution
from kombify.engine.outcome import Outcome
from kombify.engine.rollback import Rollback
from kombify.engine.turns import close
from kombify.runner.status import State
from kombify.store.database import Database
from kombify.store.models import Job, Phase

ROLLING_BACK = "rolling_back"
ROLLED_BACK = "rolled_back"


class WorkflowRun:
    """One workflow on this worker."""

    def __init__(self, database: Database, execution: Execution) -> None:
        self._database = database
        self._execution = execution
        self._rollback = Rollback(database)

    def carry_out(self, workflow_id: int) -> Outcome:
        """Carry out a workflow whose turn it is, or go on with it, and return how it ended."""
        ran: list[Phase] = []
        for phase in self._phases(workflow_id):
            if phase.job_id is None and self._canceled(workflow_id):
                return self._rolled_back(ran, Outcome(State.CANCELED))
            outcome = self._carry_out_phase(phase)
            ran.append(phase)
            if not outcome.good:
                failed = outcome._replace(message=_failure(phase, outcome))
                return self._rolled_back(ran, failed)
        with self._database.read() as session:
            return Outcome(session.get_one(Job, workflow_id).request["success"], 0)

    def _rolled_back(self, ran: list[Phase], failure: Outcome) -> Outcome:
        """Undo phases, the last one first. All are tried; the failed one was tried first, as it may be half done."""
        undone = {phase.name: self._undo_phase(phase) for phase in reversed(ran)}
        stuck = [name for name, outcome in undone.items() if outcome is not None and not outcome.good]
        if stuck:
            message = f"{failure.message}; undo failed: {', '.join(stuck)}".removeprefix("; ")
            return Outcome(State.ERROR, failure.code, message)
        if failure.state == State.CANCELED:
            return failure
        something = any(outcome is not None for outcome in undone.values())
        return Outcome(ROLLED_BACK if something else State.ERROR, failure.code, failure.message)

    def _carry_out_phase(self, phase: Phase) -> Outcome:
        return self._child(phase, "job_id", phase.state, phase.name, phase.request)

    def _undo_phase(self, phase: Phase) -> Outcome | None:
        """Undo a phase, and return how that went; None when there is nothing to undo."""
        request = self._rollback.request(phase)
        if request is None:
            return None
        return self._child(phase, "undo_job_id", ROLLING_BACK, f"undo {phase.name}", request.model_dump(mode="json"))

    def _child(self, phase: Phase, column: str, state: str, title: str, request: dict[str, Any]) -> Outcome:
        """Carry out the job of a phase, which exists once, and return how it ended, also if that was long ago."""
        with self._database.begin() as session:
            workflow = session.get_one(Job, phase.workflow_id, with_for_update=True)
            stored = session.get_one(Phase, (phase.workflow_id, phase.position), with_for_update=True)
            child = session.get(Job, getattr(stored, column) or 0)
            if child is None:
                child = _child_of(workflow, title, request)
                session.add(child)
                session.flush()
                setattr(stored, column, child.id)
            if child.ended_at is None:
                workflow.state = state
        if child.ended_at is None:
            outcome = self._execution.carry_out(child.id, undo=column == "undo_job_id")
            with self._database.begin() as session:
                close(session, session.get_one(Job, child.id, with_for_update=True), outcome)
            return outcome
        return Outcome(child.state, child.code, child.message)

    def _phases(self, workflow_id: int) -> list[Phase]:
        with self._database.read() as session:
            found = select(Phase).where(Phase.workflow_id == workflow_id).order_by(Phase.position)
            return list(session.scalars(found))

    def _canceled(self, workflow_id: int) -> bool:
        with self._database.read() as session:
            return session.get_one(Job, workflow_id).cancel_asked_at is not None


def _child_of(workflow: Job, title: str, request: dict[str, Any]) -> Job:
    return Job(
        kind="job",
        stack=workflow.stack,
        title=title,
        state=State.PENDING,
        request=request,
        launched_by=workflow.launched_by,
        parent_id=workflow.id,
    )


def _failure(phase: Phase, outcome: Outcome) -> str:
    return f"phase {phase.name}: {outcome.message or outcome.state}"
