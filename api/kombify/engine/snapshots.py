"""The files of a stack at one moment: what a deployment is made from, and what a rollback goes back to.

Only what shapes the plan is kept: spec, included files, own kits, lock and facts. They name secrets and hold none.
Whatever else lies beside the spec, such as files with secrets, is read where it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private, write_whole
from ansible_collections.kombify.stack.plugins.module_utils.drivers.inputs import inputs_of
from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import (
    LOCK_NAME,
    STATE_FOLDER,
    find_spec,
    open_project,
)
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import BUILTIN
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import dump_lock
from kombify.engine.errors import NotFound
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Snapshot

Files = Mapping[str, str | None]
"""Texts by path, relative to the stack's folder; None where no file was. ``kits/`` is a folder that has no others."""


def planned_files(folder: Path) -> dict[str, str | None]:
    """Return what the plan of the stack in this folder is made from; raise :class:`NotFound` without a spec."""
    spec = find_spec(folder)
    if not spec.exists():
        raise NotFound(f"there is no {spec.name} in {folder}", "write one: kombify init")
    found: dict[str, str | None] = {}
    for path in inputs_of(open_project(spec)):
        if not path.is_relative_to(BUILTIN):
            name = os.path.relpath(path, folder)
            found[f"{name}/" if path.is_dir() else name] = _text(path)
    return found


def fix_placement(folder: Path) -> None:
    """Write down where the plan puts everything, so that it stays there: the lock beside the spec."""
    plan = open_project(folder).plan(datetime.now(UTC).date())
    path = folder / LOCK_NAME
    if plan.unified is not None and _text(path) != dump_lock(plan.lock):
        write_whole(path, dump_lock(plan.lock))


def take(database: Database, stack: str, files: Files) -> int:
    """Keep files of a stack, once, and return the snapshot's number."""
    digest = hashlib.sha256(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS)).hexdigest()
    moment = now()
    row = {"stack": stack, "digest": digest, "files": dict(files), "created_at": moment}
    with database.begin() as session:
        database.insert_new(session, Snapshot, [row])
        kept = session.scalars(select(Snapshot).where(Snapshot.stack == stack, Snapshot.digest == digest)).one()
        kept.created_at = moment
        return kept.id


def last_applied(session: Session, stack: str) -> int | None:
    """Return the snapshot of the last deployment of a stack that came to a good end."""
    applied = select(Snapshot.id).where(Snapshot.stack == stack, Snapshot.applied_at.is_not(None))
    return session.scalar(applied.order_by(Snapshot.applied_at.desc(), Snapshot.id.desc()).limit(1))


def unpack(files: Files, live: Path, target: Path) -> Path:
    """Lay files out in a new folder, which nobody else may read, as they were; return where the stack is in it.

    What the snapshot does not know is linked to where it is now. Files above the stack's folder keep their place too.
    """
    shutil.rmtree(target, ignore_errors=True)
    above = max(Path(name).parts.count("..") for name in files)
    stack = target.joinpath(*["above"] * above, "stack")
    _make_folder(stack, target.parent)
    for name, text in files.items():
        path = Path(os.path.normpath(stack / name))
        _make_folder(path if name.endswith("/") else path.parent, target)
        if text is not None:
            write_private(path, text)
    known = {Path(os.path.normpath(stack / name)) for name in files}
    closed = {Path(os.path.normpath(stack / name)) for name in files if name.endswith("/")}
    _link_others(live.absolute(), stack, known, closed | {stack / STATE_FOLDER})
    return stack


def _make_folder(path: Path, root: Path) -> None:
    """Make a folder and those above it: all of them are private."""
    for folder in reversed([path, *path.parents]):
        if folder.is_relative_to(root):
            folder.mkdir(mode=0o700, exist_ok=True)


def _link_others(live: Path, copy: Path, known: set[Path], closed: set[Path]) -> None:
    """Link everything of a folder that the snapshot says nothing about."""
    for path in live.iterdir():
        twin = copy / path.name
        if twin.is_dir():
            _link_others(path, twin, known, closed)
        elif twin not in known and copy not in closed:
            twin.symlink_to(path)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
