# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One hypervisor, from looking to done: survey, templates, difference, tasks, and a report for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.difference import Difference, difference
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.plans import Plan
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Guest, Survey, survey
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace, Work, carry_out
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.templates import (
    Image,
    as_if_made,
    find_template,
    template_steps,
)
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import RETIRED, Vm, Wishes

BEING_MADE = frozenset({"clone", "create", "import"})
"""Locks of a machine that Proxmox is just making, perhaps for a run of ours that was killed."""


@dataclass
class Report:
    """What was done, or would be."""

    plans: list[Plan] = field(default_factory=list)
    difference: Difference = field(default_factory=Difference)
    errors: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    done: dict[str, list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the result of the task."""
        found = self.difference
        return {
            "changed": bool(self.done),
            "msg": "\n".join(f"{name}: {', '.join(done)}" for name, done in self.done.items()) or "Nothing to do.",
            "vms": {
                plan.name: {
                    "vmid": plan.vmid,
                    "done": self.done.get(plan.name, []),
                    "waits_for_restart": list(plan.waits),
                }
                for plan in self.plans
            },
            "ready": [plan.name for plan in self.plans if plan.name not in self.failed],
            "created": [plan.name for plan in self.plans if self._created(plan)],
            "removed": [removed_entry(guest) for guest in found.removed],
            "warnings": found.notes,
        }

    def _created(self, plan: Plan) -> bool:
        return plan.name in self.done and any(step.kind == "clone" for step in plan.steps)

    def as_diff(self, node: str) -> dict[str, str]:
        """Return the change in Ansible's form."""
        before = {plan.name: plan.before for plan in self.plans if plan.before}
        after = {plan.name: plan.after for plan in self.plans if plan.after}
        header = f"virtual machines on {node}"
        return {
            "before": _text(before),
            "after": _text(after),
            "before_header": header,
            "after_header": header,
        }


def removed_entry(guest: Guest) -> dict[str, Any]:
    """Return a VM that is not in the plan any more, as data."""
    name = guest.owner[1] if guest.owner else guest.name
    return {"name": name, "vmid": guest.vmid, "status": guest.status, "retired": RETIRED in guest.tags}


def manage(
    api: Api, vms: Sequence[Vm], wishes: Wishes, images: Mapping[str, Image], *, check: bool, pace: Pace
) -> Report:
    """Make the VMs of one hypervisor what they shall be. Raise ``ProxmoxError``, with nothing done, when refused."""
    report = Report()
    found = _settled(api, vms, wishes, check=check, pace=pace)
    there = {guest.owner for guest in found.guests}
    needed = {vm.template for vm in vms if vm.state != "absent" and (wishes.stack, vm.name) not in there}
    missing = [name for name in images if name in needed and find_template(found, name) is None]
    if missing:
        found = _with_templates(api, found, {name: images[name] for name in missing}, report, check=check, pace=pace)
    report.difference = difference(found, vms, wishes)
    if report.difference.problems:
        raise ProxmoxError("\n".join(report.difference.problems))
    report.plans += report.difference.plans
    _do(api, report.difference.work, report, check=check, pace=pace)
    return report


def _settled(api: Api, vms: Sequence[Vm], wishes: Wishes, *, check: bool, pace: Pace) -> Survey:
    """Look around; what a killed run left under way is waited for, so that it is not seen half-made."""
    vmids = {vm.vmid for vm in vms}
    begin, found = pace.now(), survey(api, wishes.node, vmids)
    while not check and pace.now() - begin < pace.task_seconds:
        ours = found.owned(wishes.stack).keys() | vmids
        if not any(one.lock in BEING_MADE and (one.vmid in ours or _is_template_to_be(one)) for one in found.guests):
            break
        pace.sleep(1)
        found = survey(api, wishes.node, vmids)
    return found


def _is_template_to_be(guest: Guest) -> bool:
    return "kombify.stack template:" in str(guest.config.get("description", ""))


def _with_templates(
    api: Api, found: Survey, images: Mapping[str, Image], report: Report, *, check: bool, pace: Pace
) -> Survey:
    """Make the templates that are missing, and look again."""
    plans: list[Plan] = []
    made: list[Guest] = []
    for name, image in images.items():
        volumes = api.call("get", f"nodes/{found.node}/storage/{image.image_storage}/content", content="import")
        downloaded = any(one.get("volid") == image.volume for one in volumes)
        vmid, todo = template_steps(replace(found, guests=(*found.guests, *made)), name, image, downloaded=downloaded)
        after = {"vmid": vmid, "template": True, "image": image.url}
        plans.append(Plan(name, vmid, todo, {}, after))
        made.append(as_if_made(found, name, vmid, image))
    report.plans += plans
    _do(api, plans, report, check=check, pace=pace)
    if report.errors:
        raise ProxmoxError("\n".join(report.errors))
    return replace(found, guests=(*found.guests, *made)) if check else survey(api, found.node)


def _do(api: Api, plans: Sequence[Plan], report: Report, *, check: bool, pace: Pace) -> None:
    works = [Work.done_in_mind(plan) for plan in plans] if check else carry_out(api, plans, pace)
    report.done |= {work.plan.name: [step.says for step in work.done] for work in works if work.done}
    report.failed |= {work.plan.name for work in works if work.error is not None}
    report.errors += [work.report for work in works if work.report is not None]


def _text(values: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(values), sort_keys=True, allow_unicode=True, width=200) if values else ""
