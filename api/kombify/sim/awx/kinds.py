"""The kinds of things in an AWX: what each needs, what it points to, and what there can be only one of."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """One kind, as AWX calls a single one of it."""

    type: str
    key: tuple[str, ...] = ("name",)
    """Fields that no two have in common."""
    points_to: dict[str, str] = field(default_factory=dict)
    """Fields that hold the number of something else, and of what kind that is."""
    needs: tuple[str, ...] = ()
    """Fields besides the key that a new one has to have."""
    lists: dict[str, str] = field(default_factory=dict)
    """Lists of other things that it has, and of what kind these are."""
    survey: bool = False
    begins_with: dict[str, str] = field(default_factory=dict)
    """What AWX itself says of a new one."""


_CREDENTIALS = {"credentials": "credentials", "labels": "labels"}
_NODES = "workflow_job_template_nodes"

KINDS: dict[str, Kind] = {
    "organizations": Kind("organization"),
    "labels": Kind("label", ("name", "organization"), {"organization": "organizations"}),
    "credentials": Kind("credential", ("name", "organization"), {"organization": "organizations"}),
    "execution_environments": Kind(
        "execution_environment",
        points_to={"organization": "organizations", "credential": "credentials"},
        needs=("image",),
    ),
    "projects": Kind(
        "project",
        ("name", "organization"),
        {
            "organization": "organizations",
            "credential": "credentials",
            "default_environment": "execution_environments",
        },
        begins_with={"scm_revision": "", "status": "successful"},
    ),
    "inventories": Kind("inventory", ("name", "organization"), {"organization": "organizations"}),
    "inventory_sources": Kind(
        "inventory_source",
        ("name", "inventory"),
        {
            "inventory": "inventories",
            "source_project": "projects",
            "credential": "credentials",
            "execution_environment": "execution_environments",
        },
    ),
    "job_templates": Kind(
        "job_template",
        ("name", "organization"),
        {
            "organization": "organizations",
            "project": "projects",
            "inventory": "inventories",
            "execution_environment": "execution_environments",
        },
        ("project", "playbook"),
        _CREDENTIALS,
        survey=True,
    ),
    "workflow_job_templates": Kind(
        "workflow_job_template",
        ("name", "organization"),
        {"organization": "organizations", "inventory": "inventories"},
        lists={"labels": "labels"},
        survey=True,
    ),
    _NODES: Kind(
        "workflow_job_template_node",
        ("identifier", "workflow_job_template"),
        {"workflow_job_template": "workflow_job_templates", "inventory": "inventories"},
        lists={**_CREDENTIALS, **dict.fromkeys(("success_nodes", "failure_nodes", "always_nodes"), _NODES)},
    ),
    "schedules": Kind("schedule", ("name", "unified_job_template"), needs=("rrule",), lists=_CREDENTIALS),
}

TEMPLATES = ("projects", "inventory_sources", "job_templates", "workflow_job_templates")
"""Kinds that can be run, which AWX also lists together."""
TOGETHER = "unified_job_templates"
