# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading YAML: any file at all becomes a tree, problems, or both, in bounded time and memory.

The rooms behind it are in ``reader/``: rawtext (bytes to text), composer (events to a tree), syntax
(the parser's errors in plain words) and repairs (how reading goes on after an error).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.composer import Composer
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.rawtext import Refused, clean, read_text, shown
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.repairs import Draft, Fault
from ansible_collections.kombify.stack.plugins.module_utils.spec.reader.syntax import explain
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Node, Source

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Reading:
    """What came out of a file: its tree, if it has content, and whether anything had to be left out of it."""

    source: Source
    root: Node | None = None
    complete: bool = True


def read_source(path: Path, problems: Problems, *, name: str | None = None, layer: str = "spec") -> Reading:
    """Read a YAML file; every problem goes to ``problems``, nothing is raised."""
    name = name or str(path)
    try:
        text = read_text(path)
    except Refused as refusal:
        problems.error("K101", refusal.message, Place(name), refusal.hint)
        return Reading(Source(name, "", layer), complete=False)
    return parse(text, problems, name=name, layer=layer)


def parse(text: str, problems: Problems, *, name: str, layer: str = "spec", loader: Any = LOADER) -> Reading:
    """Build the tree of a text.

    What cannot be parsed is reported, then quoted or left out, and the rest is read again: ``complete`` is
    False when something was left out.
    """
    source = Source(name, shown(text), layer)
    draft = Draft(clean(text, source, problems))
    while True:
        found = Problems()
        composer = Composer(source, found)
        try:
            composer.compose(draft, loader)
        except Fault as caught:
            fault = caught
        except yaml.YAMLError as error:
            fault = explain(error, source, draft.text, composer.last)
        else:
            problems.extend(found)
            return Reading(source, composer.root, composer.whole and not draft.left_out)
        if not draft.knows(fault):
            problems.add(fault.problem)
        if not draft.apply(fault):
            problems.extend(found)
            return Reading(source, complete=False)
