# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a stack: secrets, sign-in, roll-out, monitoring, and who runs its jobs."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Many,
    Part,
    Schedule,
    Secret,
    Selector,
    Words,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    Duration,
    problem,
)


class VaultStore(Part):
    """The Vault that keeps the secrets."""

    address: str | None = Field(default=None, description="The address of a Vault outside of this stack.")
    auto_unseal: bool = Field(default=False, description="Whether it unseals by itself after a start.")
    injector: bool = Field(default=False, description="Vault Agent Injector annotations on workloads.")
    rotate: dict[str, bool] = Field(
        default_factory=dict, description="Kinds of secrets that are changed regularly, such as databases."
    )
    kubernetes_secrets: Literal["allow", "forbid"] = Field(
        default="allow", description="Whether values may be copied into Secrets of Kubernetes."
    )
    namespace: str | None = Field(default=None, description="The namespace in Vault.")


class Secrets(Part):
    """Where secrets are kept."""

    store: Literal["vault", "sops", "ansible-vault", "keychain", "env", "file"] = Field(
        default="vault", description="The scheme of references that name none."
    )
    vault: VaultStore = Field(default=VaultStore(), description="How Vault is set up.")
    bootstrap: str | None = Field(default=None, description="Where secrets come from until the store is up.")


class Auth(Part):
    """Single sign-on."""

    provider: str | None = Field(default=None, description="The service that signs users in.")
    methods: Many[Literal["oauth2", "oidc", "ldap", "proxy"]] = Field(
        default=(), description="The ways to sign in that are offered."
    )


Batch = Annotated[int, Field(ge=1)] | Annotated[str, Field(pattern=r"^([1-9][0-9]{0,4}|(100|[1-9][0-9]?)%)$")]
_BATCH = re.compile(r"[1-9][0-9]{0,4}|(?:100|[1-9][0-9]?)%")


def _batch(value: Any) -> Any:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if text is not None and not (isinstance(text, str) and _BATCH.fullmatch(text)):
        raise problem("K205", f"'{value}' is not a number of nodes", "write 5 or 20%")
    return text


class Rollout(Part):
    """How a change reaches many nodes."""

    order: Selector = Field(default=(), description="Sites or nodes that come first, in this order.")
    batch: Annotated[str | None, BeforeValidator(_batch, json_schema_input_type=Batch | None)] = Field(
        default=None, description="How many nodes at a time: a number, or a share such as 20%."
    )
    stop_after_failures: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Stop when so many nodes have failed."
    )
    canary: Selector = Field(default=(), description="Nodes that try a change before all others.")


class Alert(Part):
    """A Prometheus alert."""

    expr: str = Field(description="The expression of Prometheus.")
    for_: Duration | None = Field(default=None, alias="for", description="How long it has to hold.")
    severity: Literal["critical", "warning", "info"] = Field(default="warning", description="How bad it is.")
    summary: str | None = Field(default=None, description="What people are told.")


class Prometheus(Part):
    """How metrics are gathered."""

    scrape_interval: Duration = Field(default=30, description="How often metrics are read.")
    retention: Duration | None = Field(default=None, description="How long metrics are kept.")


class Logs(Part):
    """How logs are gathered."""

    loki: bool = Field(default=False, description="Whether logs are kept in Loki.")
    agent: Literal["promtail", "alloy"] = Field(default="alloy", description="What reads the logs on each node.")


class Notify(Part):
    """One way to be told."""

    webhook: Secret | None = Field(default=None, description="The address that messages are sent to, as a secret.")
    token: Secret | None = Field(default=None, description="The token for that address.")
    to: Words = Field(default=(), description="Who is told, such as mail addresses.")
    url: str | None = Field(default=None, description="The address that messages are sent to, when it is no secret.")


class Monitoring(Part):
    """Metrics, alerts, logs."""

    prometheus: Prometheus = Field(default=Prometheus(), description="How metrics are gathered.")
    scrape_interval: Duration | None = Field(
        default=None, description="How often metrics are read; short for prometheus.scrape_interval."
    )
    dashboards: Words = Field(default=(), description="Dashboards to install.")
    logs: Logs = Field(default=Logs(), description="How logs are gathered.")
    notify: dict[str, Notify] = Field(default_factory=dict, description="Ways to be told, by name.")
    alerts: dict[str, Alert] = Field(default_factory=dict, description="Alerts of your own, by name.")


class AwxProject(Part):
    """Where AWX gets the files of the stack."""

    url: str = Field(description="The repository with the spec, as git would clone it.")
    branch: str | None = Field(default=None, description="The branch; the repository's own when left out.")
    credential: str | None = Field(default=None, description="The name of AWX's credential for the repository.")
    path: str = Field(default="kombination.yaml", description="The spec, relative to the repository's top.")


class Awx(Part):
    """An AWX or Automation Controller that runs the jobs of this stack as job templates."""

    url: str = Field(description="The address of the controller.")
    token: Secret = Field(description="The token for its API.")
    verify_tls: bool = Field(default=True, description="Whether its certificate is checked.")
    organization: str = Field(default="Default", description="The organization that everything is made in.")
    project: AwxProject | None = Field(
        default=None, description="Where the spec is; without it the playbook kombify.stack.awx makes nothing."
    )
    environment: str | None = Field(default=None, description="The image of the execution environment.")
    credentials: Words = Field(default=(), description="Names of AWX's credentials that jobs get, such as SSH keys.")


class Scheduled(Part):
    """Something that is launched again and again."""

    at: Schedule = Field(description="When, in the time zone of the stack.")
    run: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] = Field(
        default="drift", description="What: drift, deployment, or the name of a playbook."
    )
    limit: Words = Field(default=(), description="The nodes that it is for; all when left out.")
    tags: Words = Field(default=(), description="Parts of the playbook.")


class Execution(Part):
    """How jobs are run: when by themselves, and by whom if not by the service."""

    schedules: dict[str, Scheduled] = Field(default_factory=dict, description="What runs by itself, by name.")
    awx: Awx | None = Field(default=None, description="An AWX that runs them as job templates.")
