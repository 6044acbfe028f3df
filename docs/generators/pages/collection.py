# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection offers to a playbook: its roles with their inputs, its modules and plugins with their options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.plan.stages import STAGES
from pages.files import ROOT
from pages.markdown import code, page, table

KINDS = {"modules": "Modules", "inventory": "Inventory plugins", "lookup": "Lookups", "callback": "Callbacks"}
_MARKUP = re.compile(r"\b[BCEIMOPV]\(([^)]*)\)|\bRV\(([^)]*)\)")
_HEADS = ("Input", "Type", "Default", "Meaning")


def roles_page() -> str:
    """Return the page of the roles, in the order in which they run."""
    order = [stage.name for stage in STAGES]
    found = [path.name for path in (ROOT / "roles").iterdir()]
    roles = sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))
    introduction = (
        "Each stage of a run is a role, a playbook and a tag of the same name. The inventory hands every role its\n"
        "inputs under the names below; `ansible-inventory --host NAME` shows what a machine gets."
    )
    return page("# Roles", introduction, *(part for role in roles for part in _role(role)))


def plugins_page() -> str:
    """Return the page of modules and plugins."""
    parts = [part for kind, title in KINDS.items() for part in _kind(kind, title)]
    return page("# Modules and plugins", "`ansible-doc -t KIND kombify.stack.NAME` shows each with examples.", *parts)


def _role(name: str) -> Iterator[str]:
    specs = _load(ROOT / "roles" / name / "meta/argument_specs.yml")["argument_specs"]
    for entry, spec in specs.items():
        yield f"## {name}" if entry == "main" else f"### {name}, tasks_from: {entry}"
        yield _sentences(spec.get("description", spec.get("short_description", "")))
        yield table(_HEADS, [_option(*option) for option in (spec.get("options") or {}).items()])


def _kind(kind: str, title: str) -> Iterator[str]:
    documents = [found for path in sorted((ROOT / "plugins" / kind).glob("*.py")) if (found := _documentation(path))]
    if documents:
        yield f"## {title}"
    for document in documents:
        yield f"### {document.get('module') or document['name']}"
        yield _sentences(document["description"])
        yield table(_HEADS, [_option(*option) for option in (document.get("options") or {}).items()])


def _documentation(path: Path) -> dict[str, Any] | None:
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(statement.value)))
    return None


def _option(name: str, option: dict[str, Any]) -> tuple[str, ...]:
    kind = option.get("type", "str")
    elements = f" of {option['elements']}" if "elements" in option else ""
    default = "required" if option.get("required") else code(option["default"]) if "default" in option else ""
    return (code(name), f"{kind}{elements}", default, _sentences(option.get("description", "")))


def _sentences(text: str | list[str]) -> str:
    joined = text if isinstance(text, str) else " ".join(text)
    return _MARKUP.sub(lambda match: code(match[1] or match[2]), " ".join(joined.split()))


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
