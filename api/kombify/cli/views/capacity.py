"""How full a stack is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.capacity import CapacityReport, Row, capacity
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import schedulable
from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size
from kombify.cli.views.tables import table

TITLES = {"stack": "Stack", "site": "Sites", "label": "Labels", "cluster": "Clusters", "node": "Nodes"}
HEADERS = ("name", "holds", "nodes", "RAM", "of", "disk", "of", "cores", "of", "largest that still fits")

ROWS_SHOWN = 60
FULLEST_SHOWN = 20


def report(plan: Plan) -> CapacityReport:
    """Return the report of a plan."""
    clusters = schedulable(plan.spec, plan.requirements)
    return capacity(plan.requirements, plan.rounds.vms, plan.rounds.instances, clusters)


def data(found: CapacityReport) -> dict[str, Any]:
    """Return the report for a program: bytes and millicores."""
    return {"rows": [_data(row) for row in found.rows]}


def text(found: CapacityReport) -> Iterator[RenderableType]:
    """Return the report for people, a table for each kind of thing."""
    for number, (scope, title) in enumerate(TITLES.items()):
        rows = [row for row in found.rows if row.scope == scope]
        if rows:
            shown = _fullest(rows)
            counts = "" if len(shown) == len(rows) else f": the {len(shown)} fullest of {len(rows)}"
            yield f"{title}{counts}" if number == 0 else f"\n{title}{counts}"
            yield table(HEADERS, map(_cells, shown), right=(2, 3, 4, 5, 6, 7, 8))
    if any(row.allocatable.cpu > row.size.cpu for row in found.rows):
        yield "\nCores are promised more than once, as policies.overcommit.cpu allows."
    unknown = [row.name for row in found.rows if row.scope == "node" and row.unknown]
    if unknown:
        yield f"\nNot counted, because their size is not known: {_listing(unknown)}"


def line(found: CapacityReport) -> str | None:
    """Return how full the whole stack is in one line; nothing while no size is known."""
    row = found.of("stack", found.rows[0].name, "services") if found.rows else None
    if row is None or row.nodes == row.unknown:
        return None
    parts = [
        f"{human_size(row.promised.memory)} of {human_size(row.allocatable.memory)} RAM",
        f"{human_size(row.promised.storage)} of {human_size(row.allocatable.storage)} disk",
        f"{_cores(row.promised.cpu)} of {_cores(row.size.cpu)} cores",
    ]
    unknown = f" ({row.unknown} of {row.nodes} nodes are not counted: their size is not known)" if row.unknown else ""
    return f"services take {', '.join(parts)}{unknown}"


def _fullest(rows: list[Row]) -> list[Row]:
    """Return all rows, or those that many people would look for in a long list."""
    if len(rows) <= ROWS_SHOWN:
        return rows
    return sorted(rows, key=lambda row: max(row.utilisation.values()), reverse=True)[:FULLEST_SHOWN]


def _data(row: Row) -> dict[str, Any]:
    amounts = {name: _amounts(getattr(row, name)) for name in ("size", "reserve", "allocatable", "promised", "largest")}
    counts = {name: getattr(row, name) for name in ("scope", "name", "holds", "nodes", "unknown", "items")}
    return {**counts, **amounts, "free": _amounts(row.free), "utilisation": row.utilisation}


def _amounts(resources: Resources) -> dict[str, int]:
    return {"memory": resources.memory, "storage": resources.storage, "cpu": resources.cpu}


def _cells(row: Row) -> tuple[str, ...]:
    if row.nodes == row.unknown:
        return (row.name, row.holds, str(row.nodes), *("-" for _amount in HEADERS[3:-1]), "not known")
    promised, whole = row.promised, row.allocatable
    return (
        row.name,
        row.holds,
        str(row.nodes),
        human_size(promised.memory),
        human_size(whole.memory),
        human_size(promised.storage),
        human_size(whole.storage),
        _cores(promised.cpu),
        _cores(whole.cpu),
        _largest(row.largest),
    )


def _largest(largest: Resources) -> str:
    return f"{human_size(largest.memory)} RAM, {human_size(largest.storage)} disk, {_cores(largest.cpu)} cores"


def _cores(cpu: int) -> str:
    return f"{cpu / 1000:g}"


def _listing(names: Iterable[str], most: int = 8) -> str:
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
