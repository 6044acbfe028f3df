"""Templates, and the organization, inventory and project of each stack, in AWX's form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kombify.engine.stacks import SPEC
from kombify.server.controller.catalogue import JOB_TEMPLATE, Catalogue, Template
from kombify.server.controller.places import Places

ASKED = ("variables", "limit", "tags", "job_type", "diff_mode", "verbosity", "inventory", "labels")
"""What a launch of a playbook may say."""
ASKED_OF_WORKFLOWS = ("labels",)
NEVER_ASKED = (
    "scm_branch",
    "skip_tags",
    "credential",
    "execution_environment",
    "forks",
    "job_slice_count",
    "timeout",
    "instance_groups",
)
PLURAL = {"organization": "organizations", "inventory": "inventories", "project": "projects"}


def template(one: Template, catalogue: Catalogue, places: Places) -> dict[str, Any]:
    """Return a template."""
    return {**common(one, catalogue, places), **(_playbook(one, catalogue) if one.kind == JOB_TEMPLATE else {})}


def common(one: Template, catalogue: Catalogue, places: Places) -> dict[str, Any]:
    """Return what all templates have."""
    runs = "jobs" if one.kind == JOB_TEMPLATE else "workflow_jobs"
    related = places.related(f"{one.kind}s", one.id, names=("launch", runs))
    kinds = tuple(PLURAL) if one.kind == JOB_TEMPLATE else ("organization",)
    return {
        "id": one.id,
        "type": one.kind,
        "url": places.of(f"{one.kind}s", one.id),
        "related": {**related, **_paths(one.stack, kinds, catalogue, places)},
        "summary_fields": {
            **summaries(one.stack, kinds, catalogue),
            "labels": {"count": 0, "results": []},
            "user_capabilities": {"edit": False, "delete": False, "start": True, "schedule": False, "copy": False},
        },
        "name": one.name,
        "description": "",
        "extra_vars": "---",
        "organization": catalogue.number("organization", one.stack),
        "inventory": catalogue.number("inventory", one.stack),
        "limit": "",
        "job_tags": "",
        "skip_tags": "",
        "scm_branch": "",
        "survey_enabled": False,
        "allow_simultaneous": False,
        **asks(one),
    }


def asks(one: Template) -> dict[str, bool]:
    """Return what a launch may say."""
    asked = ASKED if one.kind == JOB_TEMPLATE else ASKED_OF_WORKFLOWS
    return {f"ask_{name}_on_launch": name in asked for name in (*ASKED, *NEVER_ASKED)}


def _playbook(one: Template, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "job_type": "run",
        "project": catalogue.number("project", one.stack),
        "playbook": one.title,
        "forks": 0,
        "verbosity": 0,
        "diff_mode": False,
        "timeout": 0,
        "job_slice_count": 1,
        "execution_environment": None,
    }


def launch_form(one: Template) -> dict[str, Any]:
    """Return what has to be known for a launch: nothing."""
    return {
        "can_start_without_user_input": True,
        "passwords_needed_to_start": [],
        "variables_needed_to_start": [],
        "credential_needed_to_start": False,
        "inventory_needed_to_start": False,
        "survey_enabled": False,
        **asks(one),
        f"{one.kind}_data": {"id": one.id, "name": one.name, "description": ""},
        "defaults": {"extra_vars": "---", "limit": "", "job_tags": "", "job_type": "run", "verbosity": 0},
    }


def organization(stack: str, catalogue: Catalogue, places: Places) -> dict[str, Any]:
    """Return a stack as an organization."""
    return _thing("organization", stack, catalogue, places, {})


def inventory(stack: str, catalogue: Catalogue, places: Places) -> dict[str, Any]:
    """Return a stack's inventory."""
    return _thing("inventory", stack, catalogue, places, {"kind": "", "variables": "---"})


def project(stack: str, catalogue: Catalogue, places: Places) -> dict[str, Any]:
    """Return a stack's folder as a project."""
    more = {"scm_type": "", "local_path": stack, "status": "ok", "description": f"the folder with {SPEC}"}
    return _thing("project", stack, catalogue, places, more)


THINGS: dict[str, Callable[[str, Catalogue, Places], dict[str, Any]]] = {
    "organization": organization,
    "inventory": inventory,
    "project": project,
}


def summaries(stack: str, kinds: tuple[str, ...], catalogue: Catalogue) -> dict[str, Any]:
    """Return what says in a few words what something belongs to."""
    numbers = {kind: catalogue.number(kind, stack) for kind in kinds}
    return {
        kind: {"id": number, "name": stack, "description": ""} for kind, number in numbers.items() if number is not None
    }


def _thing(kind: str, stack: str, catalogue: Catalogue, places: Places, more: dict[str, Any]) -> dict[str, Any]:
    number = catalogue.number(kind, stack)
    owner = () if kind == "organization" else ("organization",)
    return {
        "id": number,
        "type": kind,
        "url": places.of(PLURAL[kind], number),
        "related": _paths(stack, owner, catalogue, places),
        "summary_fields": summaries(stack, owner, catalogue),
        "name": stack,
        "description": "",
        **({"organization": catalogue.number("organization", stack)} if owner else {}),
        **more,
    }


def _paths(stack: str, kinds: tuple[str, ...], catalogue: Catalogue, places: Places) -> dict[str, str]:
    numbers = {kind: catalogue.number(kind, stack) for kind in kinds}
    return {kind: places.of(PLURAL[kind], number) for kind, number in numbers.items() if number is not None}
