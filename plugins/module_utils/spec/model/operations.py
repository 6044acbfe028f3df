# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a stack: secrets, sign-in, backups, roll-out, monitoring, remediation, policies."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Anything,
    Part,
    Schedule,
    Secret,
    Selector,
    Window,
    Words,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    did_you_mean,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    Bandwidth,
    Duration,
    parse_duration,
    problem,
)

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


class VaultStore(Part):
    """The Vault that keeps the secrets."""

    address: str | None = None
    auto_unseal: bool = False
    injector: bool = Field(default=False, description="Vault Agent Injector annotations on workloads.")
    rotate: dict[str, bool] = Field(default_factory=dict)
    kubernetes_secrets: Literal["allow", "forbid"] = "allow"
    namespace: str | None = None


class Secrets(Part):
    """Where secrets are kept."""

    store: Literal["vault", "sops", "ansible-vault", "keychain", "env", "file"] = Field(
        default="vault", description="The scheme of references that name none."
    )
    vault: VaultStore = VaultStore()
    bootstrap: str | None = Field(default=None, description="Where secrets come from until the store is up.")


class Auth(Part):
    """Single sign-on."""

    provider: str | None = None
    methods: tuple[Literal["oauth2", "oidc", "ldap", "proxy"], ...] = ()


class Keep(Part):
    """How many backups are kept."""

    days: Annotated[int, Field(ge=1)] | None = None
    last: Annotated[int, Field(ge=1)] | None = None
    hourly: Annotated[int, Field(ge=1)] | None = None
    daily: Annotated[int, Field(ge=1)] | None = None
    weekly: Annotated[int, Field(ge=1)] | None = None
    monthly: Annotated[int, Field(ge=1)] | None = None
    yearly: Annotated[int, Field(ge=1)] | None = None


class BackupTarget(Part):
    """Where backups go."""

    type: Literal["restic", "s3", "nfs", "pbs", "local"]
    url: str | None = None
    service: str | None = None
    bucket: str | None = None
    password: Secret | None = None
    access_key: Secret | None = None
    secret_key: Secret | None = None
    node: str | None = Field(
        default=None,
        description="The node that holds the target, for the check of shared faults.",
    )


class BackupPolicy(Part):
    """What is backed up, when, and how long it is kept."""

    engine: Literal["restic", "velero", "dump", "pbs"] = "restic"
    of: Selector = Field(default=(), description="Services or nodes; everything when left out.")
    schedule: Schedule
    keep: Keep
    target: str
    jitter: Duration | None = None
    bandwidth: Bandwidth | None = None
    drill: Literal["weekly", "monthly", "quarterly", "yearly"] | None = Field(
        default=None, description="How often a restore is tried."
    )


def _short_backups(value: Any) -> Any:
    """``target + schedule + keep`` is short for one target and one policy, both called default."""
    if not isinstance(value, dict) or "policies" in value or "targets" in value or "target" not in value:
        return value
    target = value["target"]
    if isinstance(target, str):
        target = {"type": "restic", "url": target}
    policy = {name: item for name, item in value.items() if name != "target"}
    return {
        "targets": {"default": target},
        "policies": {"default": {**policy, "target": "default"}},
    }


class Backups(Part):
    """Targets and policies."""

    targets: dict[str, BackupTarget] = Field(default_factory=dict)
    policies: dict[str, BackupPolicy] = Field(default_factory=dict)


class Rollout(Part):
    """How a change reaches many nodes."""

    order: Selector = ()
    batch: Annotated[
        str | None,
        BeforeValidator(lambda value: str(value) if isinstance(value, int) else value),
        Field(pattern=r"^[1-9][0-9]{0,4}$|^(100|[1-9][0-9]?)%$"),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "string", "pattern": "^[0-9]+%$"},
                ]
            }
        ),
    ] = None
    stop_after_failures: Annotated[int, Field(ge=1)] | None = None
    canary: Selector = ()


class Alert(Part):
    """A Prometheus alert."""

    expr: str
    for_: Duration | None = Field(default=None, alias="for")
    severity: Literal["critical", "warning", "info"] = "warning"
    summary: str | None = None


class Prometheus(Part):
    """How metrics are gathered."""

    scrape_interval: Duration = 30
    retention: Duration | None = None


class Logs(Part):
    """How logs are gathered."""

    loki: bool = False
    agent: Literal["promtail", "alloy"] = "alloy"


class Notify(Part):
    """One way to be told."""

    webhook: Secret | None = None
    token: Secret | None = None
    to: Words = ()
    url: str | None = None


class Monitoring(Part):
    """Metrics, alerts, logs."""

    prometheus: Prometheus = Prometheus()
    scrape_interval: Duration | None = None
    dashboards: Words = ()
    logs: Logs = Logs()
    notify: dict[str, Notify] = Field(default_factory=dict)
    alerts: dict[str, Alert] = Field(default_factory=dict)


_LIMIT = re.compile(r"(?P<count>[1-9][0-9]{0,3}) (?:per|in) (?P<span>[0-9]+[smhdw])\Z")


class Budget(Part):
    """So many times in a span of seconds; written ``3 per 1h``."""

    count: int
    seconds: int


def _budget(value: Any) -> Any:
    match = _LIMIT.match(" ".join(value.split())) if isinstance(value, str) else None
    if match is None:
        raise problem("K205", f"'{value}' is not a limit", "write it as 3 per 1h")
    return {"count": int(match["count"]), "seconds": parse_duration(match["span"])}


Limit = Annotated[
    Budget,
    BeforeValidator(_budget),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["3 per 1h"],
            "pattern": _LIMIT.pattern[:-2] + "$",
        }
    ),
]


class When(Part):
    """What starts a remediation."""

    alert: str | None = None
    event: str | None = None
    nodes: Selector = ()
    services: Words = ()
    for_: Duration | None = Field(default=None, alias="for")

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

    when: When
    do: Annotated[
        tuple[Annotated[Action, BeforeValidator(_action)], ...],
        BeforeValidator(_listed_actions),
        WithJsonSchema(
            {
                "anyOf": [
                    {"enum": list(ACTIONS)},
                    {
                        "type": "object",
                        "required": ["run"],
                        "properties": {"run": {"type": "string"}},
                    },
                    {
                        "type": "array",
                        "items": {"anyOf": [{"enum": list(ACTIONS)}, {"type": "object"}]},
                    },
                ]
            }
        ),
    ]
    limit: Limit | None = None
    stop_if: Limit | None = None
    approve: Literal["auto", "manual"] = "auto"
    quiet_hours: Window | None = None

    @property
    def disruptive(self) -> bool:
        """Whether it does more than tell somebody."""
        return any(action.name in DISRUPTIVE for action in self.do)


class Policy(Part):
    """How strictly one kind of check is taken, and why."""

    mode: Literal["error", "warn", "off"] | None = None
    reason: str | None = None
    factor: Annotated[int, Field(ge=1, le=100)] | None = None


def _short_policy(value: Any) -> Any:
    if value in ("error", "warn", "off") and isinstance(value, str):
        return {"mode": value}
    return value


PolicyField = Annotated[Policy, BeforeValidator(_short_policy)]


class Overcommit(Part):
    """What may be promised beyond what is there."""

    memory: PolicyField = Policy()
    storage: PolicyField = Policy()
    cpu: PolicyField = Policy()


class Security(Part):
    """What every workload has to keep."""

    mode: Literal["error", "warn", "off"] = "warn"
    network: Literal["deny-all", "allow"] | None = None
    run_as_non_root: bool | None = None
    read_only_root: Annotated[
        str | bool | None,
        WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": ["where-possible"]}]}),
    ] = None
    allow_privilege_escalation: bool | None = None
    drop_capabilities: Words = ()


Check = Literal[
    "network_policy",
    "service_account",
    "rbac",
    "service_monitor",
    "pod_disruption_budget",
    "helm_test",
]


class Policies(Part):
    """What is checked, and how strictly: error, warn or off."""

    overcommit: Overcommit = Overcommit()
    security: Security = Security()
    compliance: tuple[Check, ...] = ()
    capacity: Literal["survive-one-node"] | None = None
    backups: PolicyField = Policy()
    versions: PolicyField = Policy()
    naming: PolicyField = Policy()
    changes: Anything = Field(default_factory=dict)
