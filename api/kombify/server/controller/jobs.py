"""Jobs and workflows in AWX's form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kombify.engine.playbooks import name_of
from kombify.server.controller.catalogue import DEPLOYMENT, OF_A_STACK, Catalogue, Template, named
from kombify.server.controller.places import Places
from kombify.server.controller.status import BAD, status_of
from kombify.server.controller.templates import summaries

Row = Mapping[Any, Any]
Labels = Mapping[str, int]
"""Numbers of labels by their names."""


def job(row: Row, catalogue: Catalogue, labels: Labels, places: Places) -> dict[str, Any]:
    """Return a job, or a workflow as a workflow job."""
    found = _common(row, catalogue, labels, places)
    return {**found, **(_workflow() if row["kind"] == "workflow" else _playbook_run(row, catalogue))}


def node(workflow_id: int, row: Row, places: Places) -> dict[str, Any]:
    """Return a phase of a workflow as one of its nodes."""
    job_id = row["job_id"]
    related = {"workflow_job": places.of("workflow_jobs", workflow_id)}
    return {
        "id": row["position"],
        "type": "workflow_job_node",
        "related": related if job_id is None else {**related, "job": places.of("jobs", job_id)},
        "summary_fields": {"job": {"id": job_id, "name": row["name"]}} if job_id is not None else {},
        "identifier": row["name"],
        "workflow_job": workflow_id,
        "job": job_id,
    }


def kind_of(row: Row) -> str:
    """Return AWX's word for what it is."""
    return "workflow_job" if row["kind"] == "workflow" else "job"


def _common(row: Row, catalogue: Catalogue, labels: Labels, places: Places) -> dict[str, Any]:
    kind, request = kind_of(row), row["request"]
    template = catalogue.template_for(row["stack"], request.get("playbook") or row["title"])
    status = status_of(row["state"], ended=row["ended_at"] is not None)
    ended = status in BAD or status == "successful"
    return {
        "id": row["id"],
        "type": kind,
        "url": places.of(f"{kind}s", row["id"]),
        "related": _related(row, kind, template, places),
        "summary_fields": _summary(row, kind, template, catalogue, labels),
        "name": named(row["stack"], _title(row)),
        "description": "",
        "status": status,
        "failed": status in BAD,
        "created": stamp(row["created_at"]),
        "modified": stamp(row["ended_at"] or row["started_at"] or row["created_at"]),
        "started": stamp(row["started_at"]),
        "finished": stamp(row["ended_at"]),
        "canceled_on": stamp(row["cancel_asked_at"]) if status == "canceled" else None,
        "elapsed": _elapsed(row),
        "event_processing_finished": ended and bool(row["events_stored"]),
        "unified_job_template": template.id if template else None,
        f"{kind}_template": template.id if template else None,
        "organization": catalogue.number("organization", row["stack"]),
        "inventory": catalogue.number("inventory", row["stack"]),
        "launch_type": _launch_type(row),
        "launched_by": {"name": row["launched_by"], "type": "user"},
        "extra_vars": json.dumps(request.get("variables") or {}),
        "limit": ",".join(request.get("limit") or ()),
        "job_tags": ",".join(request.get("tags") or ()),
        "skip_tags": "",
        "artifacts": row["artifacts"],
        "job_explanation": row["message"],
        "result_traceback": "",
        "survey_enabled": False,
        "allow_simultaneous": False,
    }


def _playbook_run(row: Row, catalogue: Catalogue) -> dict[str, Any]:
    request = row["request"]
    return {
        "job_type": "check" if request.get("check") else "run",
        "project": catalogue.number("project", row["stack"]),
        "playbook": name_of(request["playbook"]),
        "verbosity": request.get("verbosity", 0),
        "diff_mode": request.get("diff", False),
        "forks": 0,
        "timeout": 0,
        "passwords_needed_to_start": [],
    }


def _workflow() -> dict[str, Any]:
    return {"is_sliced_job": False, "job_template": None}


def _related(row: Row, kind: str, template: Template | None, places: Places) -> dict[str, str]:
    names = ("cancel", "relaunch", *(("job_events", "stdout") if kind == "job" else ("workflow_nodes",)))
    related = places.related(f"{kind}s", row["id"], names=names)
    if template is not None:
        related["unified_job_template"] = related[template.kind] = places.of(f"{template.kind}s", template.id)
    if row["parent_id"] is not None:
        related["source_workflow_job"] = places.of("workflow_jobs", row["parent_id"])
    return related


def _summary(row: Row, kind: str, template: Template | None, catalogue: Catalogue, labels: Labels) -> dict[str, Any]:
    names = [name for name in row["request"].get("labels") or () if name in labels]
    found = summaries(row["stack"], OF_A_STACK if kind == "job" else ("organization",), catalogue)
    found["labels"] = {"count": len(names), "results": [{"id": labels[name], "name": name} for name in names]}
    if template is not None:
        short = {"id": template.id, "name": template.name, "description": ""}
        found["unified_job_template"] = found[template.kind] = short
    return found


def _title(row: Row) -> str:
    """Return what a job is called: by who launched it, or else like its playbook."""
    if row["title"]:
        return str(row["title"])
    return name_of(row["request"]["playbook"]) if row["kind"] == "job" else DEPLOYMENT


def _launch_type(row: Row) -> str:
    if row["parent_id"] is not None:
        return "workflow"
    return "relaunch" if row["relaunch_of"] is not None else "manual"


def _elapsed(row: Row) -> float:
    """Return the seconds of a job that has ended; AWX's clients count by themselves while it runs."""
    if row["started_at"] is None or row["ended_at"] is None:
        return 0.0
    lasted: timedelta = row["ended_at"] - row["started_at"]
    return round(lasted.total_seconds(), 3)


def stamp(moment: datetime | None) -> str | None:
    """Write a moment as AWX does."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
