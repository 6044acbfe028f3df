# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doing the steps of many VMs at once: what takes time is a task of Proxmox, and all tasks are waited for together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError, ProxmoxRefusal
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.plans import Plan
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.steps import DONE_ALREADY, Step, destroy

AT_ONCE = 10
"""How many VMs are worked on at the same time: more would only make the storage slower."""
SHORTEST_WAIT, LONGEST_WAIT = 0.05, 1.0


@dataclass(frozen=True)
class Pace:
    """The clock: how long to wait for one task, in seconds, and how waiting is done."""

    task_seconds: float = 900
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Work:
    """One plan under way."""

    plan: Plan
    left: deque[Step]
    done: list[Step] = field(default_factory=list)
    task: str | None = None
    since: float = 0.0
    error: str | None = None
    undone: bool | None = None
    """Whether a half-made VM was removed again, when that was tried."""

    @classmethod
    def done_in_mind(cls, plan: Plan) -> Work:
        """Return the work as if all had gone well, for check mode."""
        return cls(plan, deque(), list(plan.steps))

    @property
    def report(self) -> str | None:
        """What went wrong, and what became of what was made until then."""
        if self.error is None or self.undone is None:
            return self.error
        left = "was removed" if self.undone else "could not be removed; the next run goes on from there"
        return f"{self.error} What this run had made of it {left}."

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do or to wait for."""
        return not self.left and self.task is None


def carry_out(api: Api, plans: Sequence[Plan], pace: Pace) -> list[Work]:
    """Do all plans, each step by step, side by side; what fails ends its own plan only."""
    works = [Work(plan, deque(plan.steps)) for plan in plans]
    wait = SHORTEST_WAIT
    while active := [work for work in works if not work.finished][:AT_ONCE]:
        moved = [_advance(api, work, pace) for work in active]
        if any(moved):
            wait = SHORTEST_WAIT
        else:
            pace.sleep(wait)
            wait = min(wait * 1.5, LONGEST_WAIT)
    return works


def _advance(api: Api, work: Work, pace: Pace) -> bool:
    """Look after the step in hand, else begin the next one; tell whether anything moved on."""
    step = work.left[0]
    try:
        if work.task is None:
            answer = api.call(step.method, step.path, **step.parameters)
            work.task = answer if str(answer).startswith("UPID:") else None
            work.since = pace.now()
        elif not _ended(api, work.task):
            if pace.now() - work.since > pace.task_seconds:
                raise ProxmoxError(
                    f"this has taken longer than {pace.task_seconds:.0f} seconds and still goes on in Proxmox (task"
                    f" {work.task}). Look there, and run again when it has ended; proxmox_timeout says how long to wait"
                )
            return False
        else:
            work.task = None
    except ProxmoxError as error:
        _failed(work, step, error)
        return True
    if work.task is None:
        work.done.append(work.left.popleft())
    return True


def _ended(api: Api, task: str) -> bool:
    """Tell whether a task has ended well; raise when it did not end well."""
    status = api.call("get", f"nodes/{task.split(':')[1]}/tasks/{task}/status")
    if status.get("status") != "stopped":
        return False
    outcome = str(status.get("exitstatus", ""))
    if outcome != "OK" and not outcome.startswith("WARNINGS"):
        raise ProxmoxRefusal("its task failed", outcome or "it was interrupted")
    return True


def _failed(work: Work, step: Step, error: ProxmoxError) -> None:
    """End a plan. What this run cloned and could not finish is removed again, so that nothing half-made is left."""
    work.task = None
    said = error.reason if isinstance(error, ProxmoxRefusal) else ""
    if DONE_ALREADY.get(step.kind, "\n") in said:
        work.done.append(work.left.popleft())
        return
    work.left.clear()
    if work.error is not None:
        work.undone = False
        return
    work.error = f"{work.plan.name} ({work.plan.vmid}): could not {step.says}: {error}"
    clone = next((one for one in work.done if one.kind == "clone"), None)
    if clone is not None and step.kind != "start":
        node = str(clone.parameters.get("target") or clone.path.split("/")[1])
        work.left.append(destroy(node, work.plan.vmid))
        work.undone = True
