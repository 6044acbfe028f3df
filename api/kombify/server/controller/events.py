"""Events of jobs in AWX's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

LEVELS = {"playbook_on_play_start": 1, "playbook_on_task_start": 2, "playbook_on_start": 0, "playbook_on_stats": 1}
LEVEL_OF_HOSTS = 3


def event(job_id: int, row: Mapping[Any, Any], playbook: str) -> dict[str, Any]:
    """Return an event; ``data`` is JSON as it was stored, if the row has it at all."""
    return {
        "id": row["counter"],
        "type": "job_event",
        "job": job_id,
        "counter": row["counter"],
        "created": row["created_at"],
        "modified": row["created_at"],
        "event": row["event"],
        "event_data": orjson.Fragment(row["data"]) if "data" in row else {},
        "event_level": LEVELS.get(row["event"], LEVEL_OF_HOSTS),
        "failed": row["failed"],
        "changed": row["changed"],
        "uuid": row["uuid"],
        "parent_uuid": row["parent_uuid"],
        "host": None,
        "host_name": row["host"],
        "playbook": playbook,
        "play": row["play"],
        "task": row["task"],
        "role": row["role"],
        "stdout": row["stdout"],
        "start_line": row["start_line"],
        "end_line": row["end_line"],
        "verbosity": 0,
    }
