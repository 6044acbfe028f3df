# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A first spec: the text of a new kombination.yaml, short forms wherever they say everything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import API_VERSION, PLUGIN
from ansible_collections.kombify.stack.plugins.module_utils.spec.scalars import is_yaml11_word, resolve

_PLAIN = re.compile(r"[A-Za-z0-9/](?:[\w./@+~-]|:(?=[\w/.]))*\Z", re.ASCII)


@dataclass(frozen=True)
class NewNode:
    """A machine of a new spec; what is not given is left to facts."""

    name: str
    address: str
    sizes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewService:
    """A service of a new spec, and the node it has to run on, if any."""

    name: str
    runs_on: str | None = None


@dataclass(frozen=True)
class NewStack:
    """What a new spec says."""

    name: str
    domain: str
    nodes: tuple[NewNode, ...]
    services: tuple[NewService, ...] = ()
    backup: str | None = None


def starter(stack: NewStack) -> str:
    """Return the text of a new spec."""
    return "\n".join(_lines(stack)) + "\n"


def _lines(stack: NewStack) -> Iterator[str]:
    yield "# Check it: kombify validate    See what would happen: kombify plan"
    yield f"plugin: {PLUGIN}   # lets Ansible load this file as an inventory"
    yield f"apiVersion: {API_VERSION}"
    yield f"name: {_scalar(stack.name)}"
    yield f"domain: {_scalar(stack.domain)}"
    yield ""
    yield "nodes:"
    yield from (f"  {_scalar(node.name)}: {_node(node)}" for node in stack.nodes)
    if stack.services:
        yield ""
        yield "services:"
    for service in stack.services:
        yield f"  {_scalar(service.name)}:"
        if service.runs_on:
            yield f"    runs_on: {_scalar(service.runs_on)}"
    if stack.backup:
        yield ""
        yield "backups:"
        yield f"  target: {_scalar(stack.backup)}"
        yield "  schedule: daily 02:30"
        yield "  keep: {daily: 7}"


def _node(node: NewNode) -> str:
    if not node.sizes:
        return _scalar(node.address)
    parts = {"address": node.address, **node.sizes}
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in parts.items()) + "}"


def _scalar(text: str) -> str:
    """Return a text as YAML: plain where that is read back as the same text by every reader, else quoted."""
    if _PLAIN.match(text) and (isinstance(resolve(text), str) or text.isdigit()) and not is_yaml11_word(text):
        return text
    return json.dumps(text, ensure_ascii=False)
