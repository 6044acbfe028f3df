# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A StackKit: one application, described once for every target, with honest figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, Strict

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Name, Part, SemVer, Text, Texts, Url
from ansible_collections.kombify.stack.plugins.module_utils.kits.containers import Architecture, Container
from ansible_collections.kombify.stack.plugins.module_utils.kits.lifecycle import Hooks, Security, Test, Upgrade
from ansible_collections.kombify.stack.plugins.module_utils.kits.param_model import Param
from ansible_collections.kombify.stack.plugins.module_utils.kits.requirements import (
    Pool,
    Provided,
    Requirement,
    with_types,
)
from ansible_collections.kombify.stack.plugins.module_utils.kits.resources import Device, Port, Resources, Volume
from ansible_collections.kombify.stack.plugins.module_utils.kits.targets import Targets
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import Range, VersionRange


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Kit(Part):
    """Everything that is known about an application before anybody deploys it."""

    api_version: Literal["kombify.stack/v1"] = Field(alias="apiVersion")
    kind: Literal["StackKit"]
    name: Name
    version: SemVer = Field(description="The kit's own version; the application's is app_version.")
    app_version: Annotated[str, BeforeValidator(_number_as_text)]
    title: Text
    summary: Annotated[str, Field(min_length=1, max_length=120)]
    categories: Annotated[tuple[Name, ...], Strict(False), Field(min_length=1)]
    tier: Literal["base", "app"] = Field(
        "app", description="base: other services stand on it, so it is deployed with the tag base."
    )
    home: Url
    source: Url | None = None
    licence: Text = Field(description="An SPDX expression, or proprietary.")
    icon: Text | None = None
    arch: Annotated[tuple[Architecture, ...], Strict(False), Field(min_length=1)]
    needs_kombify: Range | None = None
    figures: Text = Field(description="Where the processor, memory and volume figures come from.")
    notes: Texts = Field((), description="What a user should know before choosing it.")
    params: Mapping[str, Param] = Field(default_factory=dict)
    requires: Annotated[
        Mapping[str, Requirement], BeforeValidator(with_types, json_schema_input_type=Mapping[str, Requirement | None])
    ] = Field(default_factory=dict)
    provides: Annotated[tuple[Provided, ...], Strict(False)] = ()
    pool: Pool | None = None
    resources: Resources
    volumes: Mapping[Name, Volume] = Field(default_factory=dict)
    ports: Mapping[Name, Port] = Field(default_factory=dict)
    devices: Mapping[Name, Device] = Field(default_factory=dict)
    containers: Mapping[Name, Container] = Field(default_factory=dict)
    targets: Targets
    hooks: Hooks = Hooks()
    upgrade: Upgrade
    security: Security
    test: Annotated[tuple[Test, ...], Strict(False)] = ()
    after: Texts = Field((), description="Sentences shown once, after the first deployment.")

    _digest: str = PrivateAttr("")
    _source_name: str = PrivateAttr("")

    def came_from(self, source_name: str, digest: str) -> None:
        """Note where the catalogue found the kit."""
        self._source_name, self._digest = source_name, digest

    @property
    def digest(self) -> str:
        """SHA-256 of the kit's file: what the lock holds."""
        return self._digest

    @property
    def source_name(self) -> str:
        """The source of the catalogue that the kit came from."""
        return self._source_name

    @property
    def chart_version(self) -> str | None:
        """The version of the upstream chart, when there is one."""
        return self.targets.helm.version if self.targets.helm else None

    @property
    def custom(self) -> bool:
        """Whether Kubernetes runs it from our own chart."""
        return self.targets.helm is not None and self.targets.helm.chart is None

    @property
    def stateful(self) -> bool:
        """Whether something would be lost without a backup."""
        return any(volume.backup for volume in self.volumes.values())

    def matches(self, wanted: VersionRange) -> bool:
        """Tell whether the kit's own version or its chart's lies in the range."""
        return wanted.contains(self.version) or (self.chart_version is not None and wanted.contains(self.chart_version))

    def supports(self, target: Literal["compose", "helm", "host"]) -> bool:
        """Tell whether the kit runs on a Docker host (``compose``), on Kubernetes, on any Linux machine (``host``)."""
        return getattr(self.targets, target) is not None

    def provided(self, capability: str) -> Provided | None:
        """Return how the kit supplies a capability, or None."""
        return next((one for one in self.provides if one.type == capability), None)


def kit_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft-07) of a ``kit.yaml``, for editors."""
    schema = Kit.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://kombify.dev/schema/stackkit.v1.json",
        **schema,
        "title": "StackKit",
        "definitions": definitions,
    }
