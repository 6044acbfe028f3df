"""Decisions about the instances of a service, or about a VM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from ansible_collections.kombify.stack.plugins.module_utils.plan.make import Plan
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.explain import Explanation, explain
from ansible_collections.kombify.stack.plugins.module_utils.plan.placing import Round
from ansible_collections.kombify.stack.plugins.module_utils.render.explain import (
    DecisionTable,
    decision_data,
    decision_table,
)
from kombify.cli.ending import Stop
from kombify.cli.stack import require
from kombify.cli.views.tables import table

DECISIONS_SHOWN = 3
ROWS_SHOWN = 25


@dataclass(frozen=True)
class Decision:
    """A decision and the round in which it fell."""

    made_in: Round
    found: Explanation


def decisions(plan: Plan, subject: str, avoid: str | None) -> list[Decision]:
    """Return the decisions about a service, an instance or a VM."""
    rounds = (plan.rounds.services, plan.rounds.machines)
    known = {name: one for one in rounds for item in one.items for name in (item.name, item.service)}
    require("service", subject, {**known, **plan.spec.stack.services})
    if subject not in known:
        raise Stop(f"'{subject}' is placed nowhere: its state is {plan.spec.stack.services[subject].state}")
    one = known[subject]
    if avoid is not None:
        require("node", avoid, (target.name for target in one.targets))
    names = [item.name for item in one.items if subject in (item.name, item.service)]
    shown = names if len(names) <= DECISIONS_SHOWN else names[:1]
    found = [_explained(one, name, avoid) for name in shown]
    return [Decision(one, explanation) for explanation in found if explanation is not None]


def data(plan: Plan, found: Sequence[Decision]) -> dict[str, Any]:
    """Return decisions for a program."""
    return {
        "decisions": [decision_data(one.found) for one in found],
        "instances": _instances(found),
        "facts_hash": plan.facts.digest,
    }


def text(plan: Plan, found: Sequence[Decision]) -> Iterator[RenderableType]:
    """Return decisions for people."""
    for number, one in enumerate(found):
        if number:
            yield ""
        targets = {target.name: target for target in one.made_in.targets}
        yield from _table(decision_table(one.found, targets))
    instances = _instances(found)
    if len(instances) > len(found):
        yield ""
        yield table(("instance", "on"), ((name, place or "nowhere") for name, place in instances.items()))
    yield ""
    yield _basis(plan, found[0].found)


def _explained(one: Round, name: str, avoid: str | None) -> Explanation | None:
    # "What if not there" asks about a new decision: nothing is remembered for this item.
    forbidden = frozenset({avoid}) if avoid is not None else frozenset()
    current = {item: place for item, place in one.current.items() if avoid is None or item != name}
    return explain(name, one.items, one.targets, current=current, settings=one.settings, forbidden=forbidden)


def _instances(found: Sequence[Decision]) -> dict[str, str | None]:
    one = found[0].made_in
    service = next(item.service for item in one.items if item.name == found[0].found.item)
    names = [item.name for item in one.items if item.service == service]
    return {name: one.result.assignments.get(name) for name in names}


def _table(shown: DecisionTable) -> Iterator[RenderableType]:
    yield shown.headline
    yield ""
    yield table(shown.headers, _few(shown.rows), right=shown.RIGHT)
    if shown.footer:
        yield ""
        yield from shown.footer


def _few(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Count the refusals of a large stack by their reason; every node is still counted once."""
    if len(rows) <= ROWS_SHOWN:
        yield from rows
        return
    counted: dict[tuple[str, ...], int] = {}
    possible = [row for row in rows if row[1] in ("chosen", "possible")]
    yield from possible[:ROWS_SHOWN]
    for row in [*possible[ROWS_SHOWN:], *(row for row in rows if row[1] not in ("chosen", "possible"))]:
        key = ("possible", *("-" for _points in row[2:-1]), "less points") if row[1] == "possible" else row[1:]
        counted[key] = counted.get(key, 0) + 1
    for key, number in counted.items():
        yield (f"{number} more" if number > 1 else "1 more", *key)


def _basis(plan: Plan, found: Explanation) -> str:
    weights = found.weights
    points = "/".join(
        str(one) for one in (weights.memory, weights.storage, weights.cpu, weights.load, weights.reliability)
    )
    gathered = [facts.gathered for facts in plan.facts.nodes.values()]
    if not gathered:
        return f"No facts were gathered yet, weights {points}"
    when = min(gathered)[:16].replace("T", " ")
    return f"Facts of {when} (sha256 {plan.facts.digest[:4]}…), weights {points}"
