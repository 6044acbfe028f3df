# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole stack."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.backups import (
    Backups,
    ShortBackups,
    short_backups,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Anything,
    Many,
    Part,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.clusters import (
    Cluster,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import (
    Link,
    Network,
    Node,
    Provider,
    Site,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.operations import (
    Auth,
    Execution,
    Monitoring,
    Rollout,
    Secrets,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.policies import Policies
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.remediation import Remediation
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import (
    CatalogSource,
    Database,
    Placement,
    Service,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import (
    STACK_NAME,
    cleaned,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import (
    did_you_mean,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem

PLUGIN = "kombify.stack.kombination"
API_VERSION = "kombify.stack/v1"


def _timezone(value: str) -> str:
    if value != "UTC" and value not in available_timezones():
        raise problem(
            "K207",
            f"'{value}' is not a time zone",
            did_you_mean(value, available_timezones(), "write Europe/Berlin"),
        )
    return value


def _stack_name(value: Any) -> Any:
    if not isinstance(value, str) or not STACK_NAME.match(value):
        raise problem(
            "K208",
            f"'{value}' is not a name for a stack",
            f"write {cleaned(str(value))[:40]}",
        )
    return value


_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z")


def _domain(value: Any) -> Any:
    if not isinstance(value, str) or not _DOMAIN.match(value):
        raise problem("K205", f"'{value}' is not a domain", "write home.arpa or example.net")
    return value


def _included(value: Any) -> Any:
    found = value if isinstance(value, list) else [value]
    return tuple({"file": item} if isinstance(item, str) else item for item in found)


class Include(Part):
    """One more file of the same spec."""

    file: str = Field(description="The file, relative to the one that includes it.")
    optional: bool = Field(default=False, description="Whether the file may be missing.")


class Defaults(Part):
    """What all nodes and all services start from."""

    node: Node = Field(default=Node(), description="Keys of every node.")
    service: Service = Field(default=Service(), description="Keys of every service.")


class Stack(Part):
    """A kombination.yaml: one file that describes a whole stack."""

    plugin: Literal["kombify.stack.kombination"] | None = Field(
        default=None, description="Lets Ansible load the file as an inventory."
    )
    api_version: Literal["kombify.stack/v1"] = Field(alias="apiVersion", description="The version of the language.")
    kind: Literal["Stack"] = Field(default="Stack", description="What the file describes.")
    name: Annotated[
        str,
        BeforeValidator(
            _stack_name, json_schema_input_type=Annotated[str, Field(pattern=f"^{STACK_NAME.pattern[:-2]}$")]
        ),
    ] = Field(description="The name of the stack.")
    domain: Annotated[str, BeforeValidator(_domain)] | None = Field(
        default=None, description="The domain of the stack; home.arpa suits a home."
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        default="UTC", description="The time zone of all schedules."
    )
    note: str | None = Field(default=None, description="Text for people.")
    include: Annotated[
        Many[Include], BeforeValidator(_included, json_schema_input_type=str | Include | list[str | Include])
    ] = Field(default=(), description="More files of the same spec.")
    defaults: Defaults = Field(default=Defaults(), description="What all nodes and all services start from.")
    sites: dict[str, Site] = Field(default_factory=dict, description="Places with machines, by name.")
    networks: dict[str, Network] = Field(default_factory=dict, description="Subnets, by name.")
    links: dict[str, Link] = Field(default_factory=dict, description="VPNs between nodes, by name.")
    providers: dict[str, Provider] = Field(default_factory=dict, description="APIs that make machines, by name.")
    templates: dict[str, Node] = Field(default_factory=dict, description="Parts of nodes to start from, by name.")
    nodes: dict[str, Node] = Field(
        default_factory=dict, description="Machines, by name; ranges such as worker-[01:05] count."
    )
    overrides: dict[str, Node] = Field(
        default_factory=dict, description="Exceptions for single nodes of a range, by name."
    )
    clusters: dict[str, Cluster] = Field(default_factory=dict, description="Kubernetes clusters, by name.")
    catalog: Many[CatalogSource] = Field(
        default=(), description="Sources of kits, before those that come with the collection."
    )
    services: dict[str, Service] = Field(default_factory=dict, description="Applications, by name.")
    databases: dict[str, Database] = Field(default_factory=dict, description="How databases are shared, by engine.")
    placement: Placement = Field(default=Placement(), description="How places are chosen.")
    secrets: Secrets = Field(default=Secrets(), description="Where secrets are kept.")
    auth: Auth | None = Field(default=None, description="Single sign-on.")
    backups: Annotated[Backups, BeforeValidator(short_backups, json_schema_input_type=ShortBackups | Backups)] = Field(
        default=Backups(), description="Targets and policies of backups."
    )
    rollout: Rollout = Field(default=Rollout(), description="How a change reaches many nodes.")
    monitoring: Monitoring = Field(default=Monitoring(), description="Metrics, logs, alerts.")
    remediation: dict[str, Remediation] = Field(
        default_factory=dict, description="Limited reactions to events, by name."
    )
    policies: Policies = Field(default=Policies(), description="What is checked, and how strictly.")
    execution: Execution = Field(default=Execution(), description="What runs by itself, and who runs it.")

    # Options that users of Ansible's inventory plugins expect to write into the same file.
    compose: Anything = Field(default_factory=dict, description="Ansible: host variables made by Jinja expressions.")
    groups: Anything = Field(default_factory=dict, description="Ansible: groups made by Jinja conditions.")
    keyed_groups: Many[Anything] = Field(default=(), description="Ansible: groups made of values of variables.")
    strict: bool = Field(
        default=False,
        description="Ansible: fail on errors in compose, groups and keyed_groups.",
    )
    leading_separator: bool = Field(
        default=True, description="Ansible: whether groups of keyed_groups may begin with a separator."
    )
    use_extra_vars: bool = Field(
        default=False, description="Ansible: let extra variables take part in compose and groups."
    )
    cache: bool = Field(default=False, description="Ansible: keep the inventory in a cache plugin.")
    cache_plugin: str | None = Field(default=None, description="Ansible: the cache plugin.")
    cache_timeout: int | None = Field(default=None, description="Ansible: how many seconds the cache holds.")
    cache_connection: str | None = Field(default=None, description="Ansible: where the cache is kept.")
    cache_prefix: str | None = Field(default=None, description="Ansible: how names in the cache begin.")
