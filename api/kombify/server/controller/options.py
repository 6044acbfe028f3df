"""What can be done with what: from these answers the ``awx`` command makes its words and switches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Mapping[str, Any]]
JOB_STATES = ("pending", "waiting", "running", "successful", "failed", "error", "canceled")


def _field(kind: str, label: str, *, required: bool = False, choices: tuple[Any, ...] = ()) -> dict[str, Any]:
    field: dict[str, Any] = {"type": kind, "label": label, "required": required, "filterable": True}
    return field | ({"choices": [[one, str(one)] for one in choices]} if choices else {})


ID_AND_NAME = {"id": _field("integer", "ID"), "name": _field("string", "Name")}
OF_A_STACK = {**ID_AND_NAME, "organization": _field("id", "Organization")}
TEMPLATE = {**OF_A_STACK, "playbook": _field("string", "Playbook")}
RUN = {
    **OF_A_STACK,
    "status": _field("choice", "Status", choices=JOB_STATES),
    "failed": _field("boolean", "Failed"),
    "created": _field("datetime", "Created"),
    "started": _field("datetime", "Started"),
    "finished": _field("datetime", "Finished"),
}
LISTS: Mapping[str, Fields] = {
    "organizations": ID_AND_NAME,
    "inventories": OF_A_STACK,
    "projects": OF_A_STACK,
    "labels": OF_A_STACK,
    "job_templates": TEMPLATE,
    "workflow_job_templates": OF_A_STACK,
    "unified_job_templates": TEMPLATE,
    "jobs": {**RUN, "playbook": _field("string", "Playbook"), "job_template": _field("id", "Job Template")},
    "workflow_jobs": {**RUN, "workflow_job_template": _field("id", "Workflow Job Template")},
    "unified_jobs": RUN,
}
"""What lists can be searched for."""
LAUNCH: Fields = {
    "extra_vars": _field("json", "Extra variables"),
    "limit": _field("string", "Limit"),
    "job_tags": _field("string", "Job Tags"),
    "job_type": _field("choice", "Job Type", choices=("run", "check")),
    "verbosity": _field("choice", "Verbosity", choices=(0, 1, 2, 3, 4, 5)),
    "diff_mode": _field("boolean", "Diff Mode"),
    "inventory": _field("id", "Inventory"),
    "labels": _field("list_of_ids", "Labels"),
}
POSTS: Mapping[str, Fields] = {
    "labels": {
        "name": _field("string", "Name", required=True),
        "organization": _field("id", "Organization", required=True),
    },
    "job_templates/launch": LAUNCH,
    "workflow_job_templates/launch": {"labels": LAUNCH["labels"]},
    "jobs/relaunch": {"hosts": _field("choice", "Hosts", choices=("all", "failed"))},
    "jobs/cancel": {},
    "workflow_jobs/relaunch": {},
    "workflow_jobs/cancel": {},
}
"""What can be posted where, numbers left out."""


def options_of(path: str) -> tuple[dict[str, Any], str]:
    """Return what can be done with what is at a path below the prefix, and the methods for the header ``Allow``."""
    parts = [part for part in path.split("/") if part]
    place = "/".join([*parts[:1], *parts[2:3]])
    is_list = len(parts) == 1
    actions: dict[str, Fields] = {"GET": LISTS.get(parts[0] if is_list else "", {})}
    if place in POSTS and len(parts) in (1, 3):
        actions["POST"] = POSTS[place]
    described = {"name": place, "description": "", "renders": ["application/json"], "actions": actions}
    return described, ", ".join([*actions, "HEAD", "OPTIONS"])
