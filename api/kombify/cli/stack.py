"""Opening a stack for a command: the spec, its plan, and the end of the command when they are not good enough."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import (
    LOCK_NAME,
    STATE_FOLDER,
    Project,
    find_spec,
    open_project,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import dump_lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.artefacts import MANIFEST, manifest, stage_files
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from kombify.cli.ending import Code, Ended, Stop
from kombify.cli.files import write_folder, write_whole
from kombify.cli.options import Format
from kombify.cli.output import Output
from kombify.cli.views.report import show_instead
from kombify.runner.errors import RunnerError
from kombify.runner.job import Job, find_job, jobs_folder


@dataclass(frozen=True)
class Planned:
    """A stack without errors: where it is, its plan, and what the plan ends in."""

    project: Project
    plan: Plan
    unified: Unified


def open_stack(output: Output, path: Path, overlays: Sequence[Path] | None, sets: Sequence[str] | None) -> Project:
    """Read a stack, however broken it is."""
    with output.busy("Reading the spec"):
        return open_project(path, overlays=overlays or (), sets=sets or ())


def make_plan(output: Output, project: Project) -> Plan:
    """Make the plan of a stack, however broken it is."""
    with output.busy("Making the plan"):
        return project.plan(_today())


def planned(
    output: Output,
    path: Path,
    overlays: Sequence[Path] | None = None,
    sets: Sequence[str] | None = None,
    *,
    form: Format = Format.TEXT,
) -> Planned:
    """Plan a stack; a spec with errors ends the command with all its problems."""
    project = open_stack(output, path, overlays, sets)
    plan = make_plan(output, project)
    if plan.unified is None:
        show_instead(output, plan, form)
        raise Ended(Code.INVALID)
    return Planned(project, plan, plan.unified)


def _today() -> date:
    """Return the day, or the one that the environment sets for builds that shall come out the same again."""
    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(moment), UTC) if moment.isdecimal() else datetime.now(UTC)
    return now.date()


def save(made: Planned) -> None:
    """Write the stages into our own folder, then the lock beside the spec, which says that all is there."""
    files = stage_files(made.plan.requirements, made.unified)
    folder = made.project.folder
    write_folder(folder / STATE_FOLDER, {**files, MANIFEST: manifest(made.unified, files)}, private=True)
    write_whole(folder / LOCK_NAME, dump_lock(made.plan.lock))


def jobs_at(path: Path) -> Path:
    """Return the folder of the jobs of the stack whose spec, or its folder, this is."""
    return jobs_folder(find_spec(path).parent)


def found_job(path: Path, name: str | None) -> Job:
    """Return a job of a stack by its name, or the newest; without any the command ends."""
    try:
        return find_job(jobs_at(path), name)
    except RunnerError as error:
        raise Stop(str(error), error.hint) from None


def require(what: str, name: str, known: Iterable[str]) -> None:
    """End the command when nothing has this name."""
    listed = list(known)
    if name not in listed:
        raise Stop(f"there is no {what} '{name}'", did_you_mean(name, listed, f"there are {len(listed)} {what}s"))
