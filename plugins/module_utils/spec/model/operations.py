# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a stack: secrets, sign-in, backups, roll-out, monitoring, remediation, policies."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Many,
    Part,
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
    methods: Many[Literal["oauth2", "oidc", "ldap", "proxy"]] = ()


Batch = Annotated[int, Field(ge=1)] | Annotated[str, Field(pattern=r"^([1-9][0-9]{0,4}|(100|[1-9][0-9]?)%)$")]
_BATCH = re.compile(r"[1-9][0-9]{0,4}|(?:100|[1-9][0-9]?)%")


def _batch(value: Any) -> Any:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if text is not None and not (isinstance(text, str) and _BATCH.fullmatch(text)):
        raise problem("K205", f"'{value}' is not a number of nodes", "write 5 or 20%")
    return text


class Rollout(Part):
    """How a change reaches many nodes."""

    order: Selector = ()
    batch: Annotated[str | None, BeforeValidator(_batch, json_schema_input_type=Batch | None)] = Field(
        default=None, description="How many nodes at a time: a number, or a share such as 20%."
    )
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
