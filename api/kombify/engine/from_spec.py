"""Schedules that a spec has under execution.schedules: they are kept as the spec says, and are its to change."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.operations import Scheduled
from kombify.engine.errors import EngineError
from kombify.engine.playbooks import ADMINS_ONLY, allowed_playbooks
from kombify.engine.specs import Specs
from kombify.engine.stacks import Stacks
from kombify.engine.timetable import Timetable
from kombify.store.database import Database
from kombify.store.models import Schedule

BY = "spec"
"""Who made the schedules of a spec, as the table says it."""

log = logging.getLogger(__name__)


class SchedulesOfSpecs:
    """Keeps the timetable as the specs say. A schedule that somebody switched off stays off."""

    def __init__(self, database: Database, stacks: Stacks, specs: Specs) -> None:
        self._database = database
        self._stacks = stacks
        self._specs = specs
        self._timetable = Timetable(database)
        self._seen: dict[str, Spec] = {}

    def keep(self) -> None:
        """Look for specs that changed. One with errors leaves its schedules as they are."""
        for stack in self._stacks.names():
            spec = self._specs.of(self._stacks.folder(stack))
            if self._seen.get(stack) is not spec and not spec.problems.has_errors:
                self._keep(stack, self._stacks.folder(stack), spec)
                self._seen[stack] = spec

    def _keep(self, stack: str, folder: Path, spec: Spec) -> None:
        wanted = {f"{stack}-{name}": one for name, one in spec.stack.execution.schedules.items()}
        with self._database.read() as session:
            found = select(Schedule).where(Schedule.stack == stack, Schedule.created_by == BY)
            known = {schedule.name: schedule for schedule in session.scalars(found)}
        for name in known.keys() - wanted.keys():
            self._timetable.remove(name)
        for name, scheduled in wanted.items():
            try:
                self._set(name, stack, scheduled, _request(folder, scheduled), spec.stack.timezone, known.get(name))
            except (EngineError, ValidationError) as refusal:
                log.warning("schedule %s of the spec of %s: %s", name, stack, refusal)

    def _set(
        self, name: str, stack: str, wanted: Scheduled, request: dict[str, Any], timezone: str, known: Schedule | None
    ) -> None:
        if known is None:
            self._timetable.add(name, stack, wanted.at, request, timezone=timezone, created_by=BY)
        elif (known.cron, known.timezone, known.request) != (wanted.at, timezone, self._timetable.checked(request)):
            self._timetable.change(name, cron=wanted.at, timezone=timezone, request=request)


def _request(folder: Path, scheduled: Scheduled) -> dict[str, Any]:
    if scheduled.run == "drift":
        return {"kind": "drift", "limit": scheduled.limit}
    if scheduled.run == "deployment":
        return {"kind": "deployment"}
    playbook = allowed_playbooks(folder).get(scheduled.run)
    if playbook is None or scheduled.run in ADMINS_ONLY:
        raise EngineError(f"'{scheduled.run}' is nothing that can run by itself", "name a playbook of the stack")
    return {
        "kind": "job",
        "playbook": playbook,
        "title": scheduled.run,
        "limit": scheduled.limit,
        "tags": scheduled.tags,
    }
