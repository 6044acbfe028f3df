"""From the words of a command that runs a playbook to the request for a job."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.stages import STAGES
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from kombify.cli import stack
from kombify.cli.ending import Stop
from kombify.runner.request import Request

SITE = "kombify.stack.site"
DESTROY = "kombify.stack.destroy"
PATTERN = re.compile(r"[*?\[\]!&:~@]")
"""What makes a limit more than a list of names."""


def request(
    made: stack.Planned,
    playbook: str,
    *,
    title: str,
    stages: Sequence[str] = (),
    tags: Sequence[str] = (),
    limit: str = "",
    lab: str | None = None,
    check: bool = False,
    diff: bool = False,
    verbose: int = 0,
    variables: Mapping[str, Any] | None = None,
) -> Request:
    """Return what shall run; words that mean nothing end the command before anything starts."""
    for stage in stages:
        stack.require("stage", stage, [known.name for known in STAGES])
    _require_hosts(made.unified, limit)
    return Request(
        playbook=playbook,
        inventories=(str(made.project.path.absolute()), *_lab_inventory(lab)),
        title=f"{made.unified.stack} {title}",
        tags=(*stages, *tags),
        limit=limit,
        check=check,
        diff=diff,
        verbosity=max(0, verbose - 1),
        variables=variables or {},
    )


def _require_hosts(unified: Unified, limit: str) -> None:
    """End the command when a limit that is a list of names has one that nobody carries."""
    from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory

    if limit and not PATTERN.search(limit):
        plan = build_inventory(unified)
        for name in limit.split(","):
            if name not in plan["groups"]:
                stack.require("node", name, plan["hostvars"])


def _lab_inventory(lab: str | None) -> list[str]:
    if lab is None:
        return []
    from kombify.sim.errors import SimError
    from kombify.sim.lab import open_lab

    try:
        return [str(open_lab(lab).inventory)]
    except SimError as error:
        raise Stop(str(error)) from None
