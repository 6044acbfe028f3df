"""What a change of the spec would look like. The file itself is a person's: it is read here, and never written."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import find_spec, open_project
from kombify.server.problems import Problem

SECTION = "nodes"


@dataclass(frozen=True)
class Change:
    """One more machine, as a patch of the data and as a difference of the text."""

    patch: list[dict[str, Any]]
    diff: str
    problems: list[dict[str, Any]]
    """What would be wrong with the spec then."""


def propose_node(folder: Path, name: str, entry: dict[str, Any]) -> Change:
    """Return what adds a machine to the spec in this folder.

    Raises :class:`Problem` when there is one of this name already, or when the text has no place for it.
    """
    path = find_spec(folder)
    before = path.read_text(encoding="utf-8")
    data = yaml.safe_load(before) or {}
    if name in (data.get(SECTION) or {}):
        raise Problem(HTTPStatus.CONFLICT, f"there is a machine '{name}' already", "take another name")
    after = _with_entry(before, name, entry)
    return Change(_patch(data, name, entry), _difference(path.name, before, after), _problems(path, name, entry))


def _patch(data: dict[str, Any], name: str, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the change as a JSON Patch (RFC 6902)."""
    pointer = name.replace("~", "~0").replace("/", "~1")
    if not data.get(SECTION):
        return [{"op": "add", "path": f"/{SECTION}", "value": {name: entry}}]
    return [{"op": "add", "path": f"/{SECTION}/{pointer}", "value": entry}]


def _difference(file: str, before: str, after: str) -> str:
    lines = (before.splitlines(keepends=True), after.splitlines(keepends=True))
    return "".join(difflib.unified_diff(*lines, fromfile=f"a/{file}", tofile=f"b/{file}"))


def _with_entry(text: str, name: str, entry: dict[str, Any]) -> str:
    """Return the text with the machine after the last one, written as its neighbours are."""
    lines = text.splitlines()
    section = _section(text)
    if section is None:
        return "\n".join([*lines, "", f"{SECTION}:", *_written(name, entry, indent=2), ""])
    if section.flow_style or not section.value:
        raise Problem(
            HTTPStatus.CONFLICT,
            "the spec has its machines in braces, where a new one has no line of its own",
            "write them below each other, and ask again",
        )
    indent = section.value[0][0].start_mark.column
    place = _last_line(section.value[-1][1]) + 1
    return "\n".join([*lines[:place], *_written(name, entry, indent), *lines[place:], ""])


def _section(text: str) -> yaml.MappingNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    found = (value for key, value in entries if key.value == SECTION)
    section = next(found, None)
    return section if isinstance(section, yaml.MappingNode) else None


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a value; that of a block ends with its last part, not with what follows."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    literal = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    line: int = node.end_mark.line
    return line - 1 if literal else line


def _written(name: str, entry: dict[str, Any], indent: int) -> list[str]:
    dumped = yaml.safe_dump({name: entry}, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    return [" " * indent + line for line in dumped.splitlines()]


def _problems(path: Path, name: str, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what would be wrong, by laying the machine over the spec."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as overlay:
        yaml.safe_dump({SECTION: {name: entry}}, overlay)
        overlay.flush()
        plan = open_project(path, overlays=[Path(overlay.name)]).plan()
    return [_named(problem.as_dict(), overlay.name) for problem in plan.problems]


def _named(problem: dict[str, Any], overlay: str) -> dict[str, Any]:
    """Return a problem in which the file of our own has no path that means nothing to anybody."""
    place = problem.get("place") or {}
    return {**problem, "place": {**place, "file": "proposal"}} if place.get("file") == overlay else problem
