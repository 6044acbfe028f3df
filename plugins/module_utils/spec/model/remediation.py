# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remediation: limited reactions to events, out of a closed list of actions."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import Many, Part, Selector, Window, Words
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import Duration, parse_duration, problem

DISRUPTIVE = frozenset(
    {
        "restart",
        "redeploy",
        "power-cycle",
        "cordon",
        "drain",
        "reschedule",
        "scale",
        "start-vm",
        "run",
    }
)
ActionName = Literal[
    "notify",
    "restart",
    "redeploy",
    "start-vm",
    "power-cycle",
    "cordon",
    "drain",
    "reschedule",
    "backup-now",
    "scale",
]
ACTIONS = get_args(ActionName)

_LIMIT = re.compile(r"([1-9][0-9]{0,3})\s+(?:per|in)\s+([0-9]{1,6}[smhdw])\Z")


class Budget(Part):
    """So many times in a span of seconds; written ``3 per 1h``."""

    count: int
    seconds: int


def _budget(value: Any) -> Any:
    match = _LIMIT.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise problem("K205", f"'{value}' is not a limit", "write it as 3 per 1h")
    return {"count": int(match[1]), "seconds": parse_duration(match[2])}


Limit = Annotated[
    Budget,
    BeforeValidator(_budget),
    WithJsonSchema({"type": "string", "examples": ["3 per 1h"], "pattern": _LIMIT.pattern.replace("\\Z", "$")}),
]


class When(Part):
    """What starts a remediation."""

    alert: str | None = Field(default=None, description="The alert that starts it.")
    event: str | None = Field(default=None, description="The event that starts it, such as node.returned.")
    nodes: Selector = Field(default=(), description="Only for these nodes.")
    services: Words = Field(default=(), description="Only for these services.")
    for_: Duration | None = Field(default=None, alias="for", description="How long the state has to last.")

    @model_validator(mode="after")
    def _alert_or_event(self) -> When:
        if (self.alert is None) == (self.event is None):
            raise problem(
                "K205",
                "'when' names one alert or one event",
                "write when: {alert: NodeDown}",
            )
        return self


class Action(Part):
    """One action of the closed list; ``run`` names a playbook of the collection."""

    name: str
    playbook: str | None = None


class RunPlaybook(Part):
    """The action that runs a playbook, as it is written."""

    run: str = Field(description="The playbook of the collection.")


WrittenAction = ActionName | RunPlaybook


def _action(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"run"}:
        return {"name": "run", "playbook": value["run"]}
    if value not in ACTIONS:
        close = did_you_mean(str(value), ACTIONS)
        raise problem(
            "K207",
            f"'{value}' is not an action",
            f"{close} allowed: {', '.join(ACTIONS)}, run".strip(),
        )
    return {"name": value}


def _listed_actions(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Remediation(Part):
    """A limited reaction to an event."""

    when: When = Field(description="What starts it.")
    do: Annotated[
        Many[Annotated[Action, BeforeValidator(_action)]],
        BeforeValidator(
            _listed_actions, json_schema_input_type=ActionName | RunPlaybook | list[ActionName | RunPlaybook]
        ),
    ] = Field(description="What is done, in this order.")
    limit: Limit | None = Field(default=None, description="How often it may run, such as 3 per 1h.")
    stop_if: Limit | None = Field(default=None, description="How many runs switch it off, such as 3 per 1h.")
    approve: Literal["auto", "manual"] = Field(default="auto", description="Whether somebody has to agree first.")
    quiet_hours: Window | None = Field(default=None, description="A window in which it only notifies.")

    @property
    def disruptive(self) -> bool:
        """Whether it does more than tell somebody."""
        return any(action.name in DISRUPTIVE for action in self.do)
