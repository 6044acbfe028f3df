# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What shall stand at the paths of a machine, as the task says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError

Command = tuple[str, ...]


@dataclass(frozen=True)
class WantedFile:
    """One path: its content, whom it belongs to, and what reads it. None leaves a property as it is."""

    path: str
    content: bytes | None
    link: str | None
    block: str | None
    present: bool
    mode: int | None
    owner: str | None
    group: str | None
    folder_mode: int
    validate: str | None
    run: tuple[Command, ...]
    reload: tuple[str, ...]


@dataclass(frozen=True)
class WantedUnit:
    """One systemd unit: whether it starts with the machine, and whether it is active now. None leaves it as it is."""

    name: str
    enabled: bool | None
    active: bool | None


@dataclass(frozen=True)
class Request:
    """All that one task asks for."""

    files: tuple[WantedFile, ...]
    units: tuple[WantedUnit, ...]
    confirm_within: int | None
    """Seconds in which somebody has to confirm the change; None when nobody has to."""


def read_request(params: Mapping[str, Any]) -> Request:
    """Return what the parameters of the module ask for; raise :class:`NodeError` when they contradict each other."""
    files = tuple(map(_file, params["files"]))
    twice = sorted({file.path for file in files if sum(other.path == file.path for other in files) > 1})
    if twice:
        raise NodeError(f"{', '.join(twice)} is listed more than once. Write each path once.")
    units = tuple(WantedUnit(unit["name"], unit["enabled"], _active(unit["state"])) for unit in params["units"])
    return Request(files, units, params["confirm_within"] if params["confirm"] else None)


def _file(given: Mapping[str, Any]) -> WantedFile:
    path, content, validate = given["path"], given["content"], given["validate"]
    if not path.startswith("/") or path.endswith("/"):
        raise NodeError(f"{path!r} is not an absolute path of a file.")
    if given["link"] is not None and (content is not None or given["block"] is not None):
        raise NodeError(f"{path}: a link has no content. Leave out link, or content and block.")
    if validate is not None and "%s" not in validate:
        raise NodeError(f"{path}: validate needs %s where the new file's name shall stand.")
    return WantedFile(
        path=path,
        content=None if content is None else content.encode(),
        link=given["link"],
        block=given["block"],
        present=given["state"] == "present",
        mode=_mode(path, given["mode"]),
        owner=given["owner"],
        group=given["group"],
        folder_mode=_mode(path, given["folder_mode"]) or 0o755,
        validate=validate,
        run=tuple(tuple(map(str, command)) for command in given["run"]),
        reload=tuple(given["reload"]),
    )


def _mode(path: str, mode: str | None) -> int | None:
    try:
        return None if mode is None else int(mode, 8)
    except ValueError as error:
        raise NodeError(f'{path}: mode {mode!r} is not octal, such as "0644".') from error


def _active(state: str | None) -> bool | None:
    return None if state is None else state == "started"
