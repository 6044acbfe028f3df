# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts: what was found on the machines, gathered earlier and frozen for the plan.

The file ``.kombify/facts.json`` has the form
``{"version": 1, "nodes": {"nas": {"gathered": "2026-11-20T02:10:00Z", "cpu": 8, "memory": 16777216000, …}}}``.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems

MAX_BYTES = 64 * 2**20


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Thousandths = Annotated[int, Field(ge=0, le=1000)]
Amount = Annotated[int, Field(ge=0)]


class ForeignUse(_Facts):
    """What things that we do not manage use: bytes and millicores."""

    memory: Amount = 0
    storage: Amount = 0
    cpu: Amount = 0


class NodeFacts(_Facts):
    """What was found on one machine. Sizes are bytes, cpu is cores; load and reliability are thousandths."""

    gathered: str
    cpu: Amount | None = None
    memory: Amount | None = None
    storage: Amount | None = None
    arch: str | None = None
    speed: Amount | None = Field(None, description="Speed of a core, 1000 = the reference.")
    load: Thousandths | None = None
    reliability: Thousandths | None = None
    devices: tuple[str, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    foreign: ForeignUse = ForeignUse()


class Facts(_Facts):
    """Facts of all known machines."""

    version: Literal[1] = 1
    nodes: dict[str, NodeFacts] = Field(default_factory=dict)
    digest: str = Field("", exclude=True)


def load_facts(path: Path, problems: Problems) -> Facts:
    """Read a facts file; a missing one means that nothing is known, a broken one is K407."""
    try:
        data = path.read_bytes()[: MAX_BYTES + 1]
        facts = Facts.model_validate(json.loads(data))
    except FileNotFoundError:
        return Facts()
    except (OSError, ValueError, RecursionError, ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error).splitlines()[0]
        hint = "gather facts again; the plan goes on without them"
        problems.warning("K407", f"the facts cannot be read: {reason}", Place(str(path)), hint)
        return Facts()
    return facts.model_copy(update={"digest": hashlib.sha256(data).hexdigest()})


def dump_facts(facts: Facts) -> str:
    """Return the text of a facts file; what is unknown is left out, equal facts give equal bytes."""
    data = facts.model_dump(mode="json", exclude_none=True)
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
