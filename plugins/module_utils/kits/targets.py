# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a kit can run: with Docker Compose, on Kubernetes with Helm, as a program of the host itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Name, Part, Text, Url
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import Range
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem


class Compose(Part):
    """A Compose file is generated from the containers; ``patch`` is a fragment merged last."""

    patch: Mapping[str, Any] = Field(default_factory=dict)


class Chart(Part):
    """A chart of somebody else, pinned, with its values."""

    chart: Text
    repo: Url
    version: Text
    kubernetes: Range | None = Field(None, description="The Kubernetes versions that the chart accepts.")
    values: Mapping[str, Any] = Field(default_factory=dict)
    why: Text | None = None


class Helm(Part):
    """A chart of somebody else, or nothing: then our own chart runs the containers."""

    chart: Text | None = None
    repo: Url | None = None
    version: Text | None = None
    kubernetes: Range | None = Field(None, description="The Kubernetes versions that the chart accepts.")
    values: Mapping[str, Any] = Field(default_factory=dict)
    when: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="Further values, by the optional requirement that must be there."
    )
    also: Mapping[Name, Chart] = Field(default_factory=dict, description="Further charts that belong to the service.")
    objects: Literal["namespaces"] | None = Field(
        None, description="Objects that are made from the stack itself instead of workloads."
    )
    why: Text | None = None

    @model_validator(mode="after")
    def _a_chart_is_pinned(self) -> Helm:
        given = {name for name in ("chart", "repo", "version") if getattr(self, name) is not None}
        if given and len(given) < 3:
            missing = ", ".join(sorted({"chart", "repo", "version"} - given))
            raise problem("K205", "a chart has a name, a repository and a version", f"add {missing}")
        return self


class Host(Part):
    """A program on the machine itself: a package and the systemd unit that it brings."""

    package: Text
    manager: Literal["apt", "pip"] = "apt"
    unit: Text


class Targets(Part):
    """The targets that the kit supports; a missing one is not supported."""

    compose: Compose | None = None
    helm: Helm | None = None
    host: Host | None = None

    @model_validator(mode="after")
    def _at_least_one(self) -> Targets:
        if self.compose is None and self.helm is None and self.host is None:
            raise problem("K205", "a kit supports at least one target", "add compose: {}, helm: {} or host: {}")
        return self
