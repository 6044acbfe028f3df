"""A plan: what would change and why, what runs where, how full it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.plan.changes import Change, changes
from ansible_collections.kombify.stack.plugins.module_utils.plan.order import RunStep, run_list
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from kombify.cli.output import Output
from kombify.cli.stack import Planned
from kombify.cli.views import capacity, report
from kombify.cli.views.tables import table

SIGNS = {"add": "+", "change": "~", "remove": "-"}
PLURALS = {"address": "addresses", "vm": "VMs"}
CHANGES_SHOWN = 20
PLACES_SHOWN = 25
NODES_NAMED = 5


def data(made: Planned, *, saved: bool) -> dict[str, Any]:
    """Return a plan for a program."""
    unified = made.unified
    return {
        "stack": unified.stack,
        "saved": saved,
        "changes": [change.as_dict() for change in _changes(made)],
        "placements": dict(made.plan.rounds.instances),
        "vms": dict(made.plan.rounds.vms),
        "waiting": list(made.plan.rounds.waiting),
        "databases": {
            name: one.model_dump(mode="json", exclude_defaults=True) for name, one in unified.databases.items()
        },
        "capacity": capacity.data(capacity.report(made.plan)),
        "run": [step.model_dump() for step in run_list(unified)],
        "unchecked": list(unified.unchecked),
        **report.data(made.plan),
    }


def text(made: Planned, *, saved: bool) -> Iterator[RenderableType]:
    """Return a plan for people."""
    unified = made.unified
    yield f"{unified.stack}: {report.contents(made.plan)} in {_count(len(unified.waves), 'wave')}"
    yield from _section("Changes against kombination.lock", _change_parts(_changes(made)))
    yield from _section("Places", _places(made))
    yield from _section("Databases", [f"{engine}: {words}" for engine, words in made.plan.pooling.summary.items()])
    full = capacity.line(capacity.report(made.plan))
    yield from _section("Capacity", [full] if full else [])
    yield from _section("Would run", [_run(run_list(unified))])
    yield from _section("Not checked", _unchecked(unified))
    yield ""
    yield _ending(saved=saved, changed=bool(_changes(made)))


def show_problems(output: Output, made: Planned) -> None:
    """Show warnings and notes beside the plan."""
    if len(made.plan.problems):
        output.tell("")
        report.show_beside(output, made.plan.problems)


def _changes(made: Planned) -> tuple[Change, ...]:
    plan = made.plan
    reasons = {**plan.rounds.machines.result.reasons, **plan.rounds.services.result.reasons}
    return changes(plan.old_lock, plan.lock, plan.requirements, reasons)


def _ending(*, saved: bool, changed: bool) -> str:
    if saved:
        return "Saved kombination.lock and .kombify/: commit the lock."
    return f"Nothing was written. {'To keep these decisions: kombify plan --save' if changed else ''}".rstrip()


def _section(title: str, parts: Sequence[RenderableType]) -> Iterator[RenderableType]:
    if parts:
        yield ""
        yield title
        yield from (f"  {part}" if isinstance(part, str) else part for part in parts)


def _change_parts(found: Sequence[Change]) -> list[RenderableType]:
    """List changes; many additions are only counted, because nothing is lost by them."""
    if not found:
        return ["none"]
    added = [change for change in found if change.kind == "add"]
    listed = [change for change in found if change.kind != "add"] if len(found) > CHANGES_SHOWN else list(found)
    parts: list[RenderableType] = []
    if len(listed) < len(found):
        counts = Counter(change.what for change in added)
        parts.append("+ " + ", ".join(_count(number, what) for what, number in counts.items()))
    if listed:
        parts.append(table(("",) * 5, map(_change, listed)))
    return parts


def _change(change: Change) -> tuple[str, ...]:
    values = [value for value in (change.before, change.after) if value is not None]
    return (f"  {SIGNS[change.kind]}", change.what, change.name, " -> ".join(values), change.reason)


def _places(made: Planned) -> list[RenderableType]:
    """Name what runs on each machine and cluster; on many of them, count what runs where."""
    rounds = made.plan.rounds
    at: dict[str, list[str]] = {}
    for name, place in (*rounds.vms.items(), *rounds.instances.items()):
        at.setdefault(place, []).append(name)
    rows = [(f"  {place}", _names(at[place])) for place in sorted(at, key=natural)]
    parts: list[RenderableType] = []
    if rows:
        parts.append(table(("", ""), rows if len(rows) <= PLACES_SHOWN else _by_service(made)))
    if rounds.waiting:
        parts.append(
            f"{_names(rounds.waiting)}: no place yet, because no size is known; say it in the spec, or gather facts"
        )
    notes = dict.fromkeys(one.result.note for one in (rounds.machines, rounds.services) if one.result.note)
    return [*parts, *notes]


def _by_service(made: Planned) -> Iterator[tuple[str, str]]:
    vms, found = made.plan.rounds.vms, made.plan.rounds.services
    if vms:
        yield f"  {_count(len(vms), 'vm')}", f"on {_names(set(vms.values()))}"
    places: dict[str, list[str]] = {}
    for item in found.items:
        if item.name in found.result.assignments:
            places.setdefault(item.service, []).append(found.result.assignments[item.name])
    for service in sorted(places, key=natural):
        where = set(places[service])
        several = _names(where) if len(where) <= NODES_NAMED else f"{len(where)} nodes"
        yield f"  {service}", f"{_count(len(places[service]), 'instance')} on {several}"


def _names(names: Iterable[str], most: int = 12) -> str:
    found = sorted(names, key=natural)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def _run(steps: Sequence[RunStep]) -> str:
    counted = Counter(step.stage for step in steps)
    return ", ".join(f"{stage} ({number} waves)" if number > 1 else stage for stage, number in counted.items())


def _unchecked(unified: Unified) -> list[str]:
    return [_names(unified.unchecked)] if unified.unchecked else []


def _count(number: int, word: str) -> str:
    return f"{number} {word if number == 1 else PLURALS.get(word, f'{word}s')}"
