# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a kit can run: on a host with Docker Compose, on Kubernetes with Helm, or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Part, Text, Url
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import Range
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem


class Compose(Part):
    """A Compose file is generated from the containers; ``patch`` is a fragment merged last."""

    patch: Mapping[str, Any] = Field(default_factory=dict)


class Helm(Part):
    """A chart of somebody else with its values, or nothing: then our own chart runs the containers."""

    chart: Text | None = None
    repo: Url | None = None
    version: Text | None = None
    kubernetes: Range | None = None
    """The Kubernetes versions that the chart accepts."""
    objects: Literal["namespaces"] | None = None
    """Objects that are made from the stack itself instead of workloads."""
    values: Mapping[str, Any] = Field(default_factory=dict)
    why: Text | None = None

    @model_validator(mode="after")
    def _a_chart_is_pinned(self) -> Helm:
        given = {name for name in ("chart", "repo", "version") if getattr(self, name) is not None}
        if given and len(given) < 3:
            missing = ", ".join(sorted({"chart", "repo", "version"} - given))
            raise problem("K205", "a chart has a name, a repository and a version", f"add {missing}")
        return self


class Targets(Part):
    """The targets that the kit supports; a missing one is not supported."""

    compose: Compose | None = None
    helm: Helm | None = None

    @model_validator(mode="after")
    def _at_least_one(self) -> Targets:
        if self.compose is None and self.helm is None:
            raise problem("K205", "a kit supports at least one target", "add compose: {} or helm: {}")
        return self
