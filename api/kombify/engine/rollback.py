"""How a phase of a deployment is undone. What that takes is known only when it is to be done, so it is found out then.

A rollback brings back what was there before, and never deletes data:

- A stage runs again with the files of the last deployment that came to a good end. Before the first one there are none.
- What was not there at all when the deployment took stock is taken away: virtual machines are retired (shut down,
  disks kept), machines get their settings back. What was there, whoever had put it there, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from kombify.engine.requests import LAST, JobRequest, load_job
from kombify.engine.snapshots import last_applied
from kombify.runner.status import State
from kombify.store.database import Database
from kombify.store.models import Event, Job, Phase

GIVEN_BACK = ("prepare", "pangolin")
"""Roles whose undo runs on machines themselves."""
MARK = "kombify"
"""What is in the names of files that are ours alone."""
MACHINES = "proxmox"
"""The role whose undo retires machines."""


class Rollback:
    """Finds out how phases are undone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(self, phase: Phase) -> JobRequest | None:
        """Return the job that undoes a phase, or None when there is nothing to undo."""
        if phase.undo is None:
            return None
        asked = load_job(phase.undo)
        if asked.purpose == "take away":
            return self._taking_away(asked, phase)
        if asked.snapshot != LAST:
            return asked
        with self._database.read() as session:
            workflow = session.get_one(Job, phase.workflow_id)
            last = last_applied(session, workflow.stack)
        return None if last is None else asked.model_copy(update={"snapshot": last})

    def _taking_away(self, asked: JobRequest, phase: Phase) -> JobRequest | None:
        """Return the job that takes away what the stock does not know; without a whole stock nothing was begun."""
        with self._database.read() as session:
            stock_id = session.get_one(Phase, (phase.workflow_id, phase.position)).job_id
            stock = session.get(Job, stock_id or 0)
            if stock is None or stock.state != State.SUCCESSFUL:
                return None
            columns = (Event.event, Event.host, Event.role, Event.changed, Event.data)
            told = (Event.job_id == stock.id, Event.event == "runner_on_ok")
            events = [event._asdict() for event in session.execute(select(*columns).where(*told))]
        untouched = {role: _untouched(events, role) for role in GIVEN_BACK}
        variables = {**asked.variables, "kombify_undo": untouched, "proxmox_spare": sorted(_machines(events))}
        return asked.model_copy(update={"variables": variables})


def _untouched(events: Iterable[Mapping[str, Any]], role: str) -> dict[str, list[str]]:
    """Return the hosts on which there was nothing of a role, each with the files that an undo has to spare.

    Some files that a role sets, and its undo removes, come with the system: they alone do not tell that it was there.
    """
    found: dict[str, list[str]] = {}
    ours: set[str] = set()
    for event in events:
        if _role(event) == role:
            result = event["data"].get("res") or {}
            files = result.get("changed_files") or []
            found.setdefault(event["host"], []).extend(files)
            if event["changed"] and (not files or result.get("changed_units") or any(MARK in file for file in files)):
                ours.add(event["host"])
    return {host: files for host, files in sorted(found.items()) if host not in ours}


def _machines(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the virtual machines of the stack that there were. Retired ones were as good as gone."""
    for event in events:
        if _role(event) == MACHINES:
            removed = (event["data"].get("res") or {}).get("removed") or []
            yield from (one["name"] for one in removed if not one["retired"])


def _role(event: Mapping[str, Any]) -> str:
    return str(event["role"]).rpartition(".")[2]
