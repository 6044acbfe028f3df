# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applications: services, databases, the catalogue of their kits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.base import (
    Anything,
    Many,
    Part,
    Port,
    Secret,
    Selector,
    State,
    Text,
    Version,
    Words,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import (
    PlacementWish,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    Cpu,
    Size,
    problem,
)


class Resources(Part):
    """What one instance asks for."""

    cpu: Cpu | None = Field(default=None, description="CPU that is asked for; the kit's figure when left out.")
    memory: Size | None = Field(default=None, description="Memory that is asked for; the kit's figure when left out.")


class Volume(Part):
    """A piece of storage of a service."""

    size: Size | None = Field(default=None, description="Its size; the kit's figure when left out.")
    class_: str | None = Field(
        default=None, alias="class", description="The class of storage: fast, bulk, or one of the cluster."
    )
    backup: bool | None = Field(default=None, description="Whether it is backed up; the kit decides when left out.")
    path: str | None = Field(default=None, description="An existing folder on the node.")


def _short_volumes(value: Any) -> Any:
    """``storage: 10Gi`` is one volume called data; ``{data: 10Gi}`` names it."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return {"data": {"size": value}}
    if isinstance(value, dict):
        return {name: {"size": item} if isinstance(item, str | int) else item for name, item in value.items()}
    return value


class DatabaseUse(Part):
    """Which database a service uses, and whether it shares it."""

    engine: str = Field(description="The engine, such as postgresql.")
    share: Literal["none", "node", "site", "cluster", "stack"] | None = Field(
        default=None, description="With whom the instance is shared; the section databases decides when left out."
    )
    version: Version | None = Field(default=None, description="The version that is needed.")
    extensions: Words = Field(default=(), description="Extensions that are needed.")


def _short_database(value: Any) -> Any:
    return {"engine": value} if isinstance(value, str) else value


class Expose(Part):
    """Under which name a service is reached."""

    host: str = Field(description="The host name.")
    path: str = Field(default="/", description="The path below the host name.")
    port: str | None = Field(
        default=None,
        description="The kit's port that is meant; its only one when left out.",
    )
    public: bool = Field(default=False, description="Whether it is reached from outside.")
    auth: bool | None = Field(default=None, description="Whether users sign in before they reach it.")


def _short_expose(value: Any) -> Any:
    if value is False:
        return ()
    found = value if isinstance(value, list) else [value]
    return tuple({"host": item} if isinstance(item, str) else item for item in found)


def _backup_policies(value: Any) -> Any:
    """``backup: false`` means none is wanted; a name or a list names policies."""
    if value is None or isinstance(value, bool):
        return {"wanted": value is not False}
    if isinstance(value, str | list):
        return {"policies": value}
    return value


class ServiceBackup(Part):
    """Whether and by which policies a service is backed up."""

    wanted: bool = Field(default=True, description="Whether a backup is wanted at all.")
    policies: Words = Field(default=(), description="The policies that save it.")


AuthMethod = Literal["oauth2", "oidc", "ldap", "proxy", "none"]


class ServiceAuth(Part):
    """How users of a service sign in."""

    method: AuthMethod = Field(default="oidc", description="The way to sign in.")
    groups: Words = Field(default=(), description="Groups that are let in; everybody when left out.")


def _short_auth(value: Any) -> Any:
    if value is False:
        return {"method": "none"}
    return {"method": value} if isinstance(value, str) else value


class Service(Part):
    """An application."""

    kit: str | None = Field(default=None, description="The StackKit; the service's own name when left out.")
    version: Version | None = Field(default=None, description="The version of the kit or chart.")
    app_version: Version | None = Field(
        default=None, description="The version of the application; the kit's when left out."
    )
    runs_on: Selector | None = Field(default=None, description="The nodes or the cluster that may run it.")
    not_on: Selector | None = Field(default=None, description="Nodes that must not run it.")
    each: Literal["node", "site", "host"] | None = Field(default=None, description="One instance for each.")
    sites: Words = Field(default=(), description="With each: site, which sites.")
    replicas: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, description="How many instances there are.")
    namespace: str | None = Field(default=None, description="Its namespace in a cluster.")
    needs: Words = Field(default=(), description="Services that must run before this one.")
    uses: Words = Field(
        default=(),
        description="Services that are wanted at run time, without an order.",
    )
    storage: Annotated[
        dict[str, Volume],
        BeforeValidator(_short_volumes, json_schema_input_type=Size | dict[str, Size | Volume]),
    ] = Field(default_factory=dict, description="A size, or volumes by their names.")
    resources: Resources = Field(
        default=Resources(), description="What one instance asks for; the kit's figures when left out."
    )
    database: Annotated[
        DatabaseUse | None, BeforeValidator(_short_database, json_schema_input_type=str | DatabaseUse | None)
    ] = Field(default=None, description="The engine, or which database it uses and how.")
    expose: Annotated[
        Many[Expose],
        BeforeValidator(_short_expose, json_schema_input_type=Literal[False] | str | Expose | list[str | Expose]),
    ] = Field(default=(), description="The host name under which it is reached, or several.")
    ports: Many[Port] = Field(default=(), description="Ports taken on the host.")
    auth: Annotated[
        ServiceAuth | None,
        BeforeValidator(_short_auth, json_schema_input_type=Literal[False] | AuthMethod | ServiceAuth | None),
    ] = Field(default=None, description="How users sign in; false when they do not.")
    params: Anything = Field(default_factory=dict, description="Values for the parameters of the kit.")
    secrets: dict[str, Secret] = Field(
        default_factory=dict, description="References for the secrets of the kit, by name."
    )
    backup: Annotated[
        ServiceBackup | None,
        BeforeValidator(_backup_policies, json_schema_input_type=bool | str | list[str] | ServiceBackup | None),
    ] = Field(default=None, description="The policies that save it; false when none is wanted.")
    placement: PlacementWish = Field(default=PlacementWish(), description="Where it would like to run.")
    devices: Words = Field(default=(), description="Devices that the node has to have, such as /dev/dri.")
    tags: Words = Field(default=(), description="Words that runs can be limited to.")
    labels: dict[str, Text] = Field(default_factory=dict, description="Labels of its containers or pods.")
    state: State = Field(default="running", description="What state it shall be in.")
    values: Anything = Field(default_factory=dict, description="Helm values, merged last and unchecked.")
    compose: Anything = Field(default_factory=dict, description="A Compose fragment, merged last and unchecked.")
    note: str | None = Field(default=None, description="Text for people.")

    @model_validator(mode="after")
    def _each_or_replicas(self) -> Service:
        if self.each and self.replicas != 1:
            raise problem("K207", "'each' and 'replicas' exclude each other", "keep one of them")
        return self


class Database(Part):
    """How the consumers of one engine share its instances."""

    share: Literal["none", "node", "site", "cluster", "stack"] = Field(
        default="stack", description="With whom an instance is shared."
    )
    version: Version | None = Field(default=None, description="The version of the instances.")
    service: str | None = Field(
        default=None,
        description="The service that is the instance; made by the plan when left out.",
    )
    extensions: Words = Field(default=(), description="Extensions that every instance has.")
    max_clients: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many connections an instance takes."
    )
    placement: PlacementWish = Field(default=PlacementWish(), description="Where its instances would like to run.")


class CatalogSource(Part):
    """A source of kits."""

    git: str | None = Field(default=None, description="The address of a git repository.")
    oci: str | None = Field(default=None, description="The name of an OCI artefact.")
    path: str | None = Field(default=None, description="A folder, relative to the spec.")
    ref: str | None = Field(default=None, description="The tag, branch or commit.")
    key: str | None = Field(default=None, description="The public key that signs the source.")
    token: Secret | None = Field(default=None, description="The token for a private source.")
    name: str | None = Field(default=None, description="Its name, so that a kit can be written as name@source.")

    @model_validator(mode="after")
    def _one_source(self) -> CatalogSource:
        if sum(1 for source in (self.git, self.oci, self.path) if source) != 1:
            raise problem(
                "K205",
                "a catalogue source has exactly one of git, oci and path",
                "write - {path: ./kits}",
            )
        return self


class Placement(Part):
    """How places are chosen."""

    weights: Weights = Field(default=Weights(), description="What counts in the score.")
    margin: Annotated[int, Field(ge=0, le=100)] = Field(
        default=10, description="Points that a rebalancing move must gain."
    )
    strategy: Literal["spread", "pack"] = Field(
        default="spread", description="Use all nodes evenly, or as few as possible."
    )
    mode: Literal["fast", "optimal"] = Field(
        default="fast", description="The quick way, or the exact solver, which needs the extra solver."
    )
    max_moves: Annotated[int, Field(ge=0)] = Field(default=3, description="How many moves a rebalancing may propose.")
