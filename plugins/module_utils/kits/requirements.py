# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a kit needs from others, and what it gives to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Name, Part, Text, Texts
from ansible_collections.kombify.stack.plugins.module_utils.kits.capabilities import CAPABILITIES, DATABASES, Capability
from ansible_collections.kombify.stack.plugins.module_utils.kits.resources import Resources
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import Range, parse_version
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import Size, problem


class Bundled(Part):
    """An own instance that a kit starts when the platform does not supply the capability, or cannot."""

    containers: Texts
    volumes: Texts = ()
    resources: Resources
    outputs: Mapping[str, str | int] = Field(default_factory=dict, description="What ${requires.NAME.X} means then.")


def _type_may_be_missing(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class Requirement(Part):
    """One capability that a service needs."""

    # See with_types: the type is only missing in the file, never in the model.
    model_config = ConfigDict(json_schema_extra=_type_may_be_missing)

    type: Capability
    version: Range | None = None
    optional: bool = Field(
        False, description="The application also works without; it is used when the user names a provider."
    )
    extensions: Texts = ()
    connections: int = Field(0, ge=0, description="The most connections that the application opens at once.")
    port: str | None = None
    pooled: bool = Field(True, description="False: it cannot share an instance with others, why says the reason.")
    bundled: Bundled | None = None
    why: Text | None = None

    @property
    def mandatory(self) -> bool:
        """Whether nothing works unless somebody provides it; a route falls back to a port on the host."""
        return not self.optional and self.bundled is None and self.type != "route"

    @model_validator(mode="after")
    def _fields_fit_the_type(self) -> Requirement:
        if (self.type == "route") != (self.port is not None):
            raise problem("K205", "a route, and nothing else, names a port", "write route: {port: http}")
        if self.connections and self.type not in DATABASES:
            raise problem("K205", f"connections are counted for databases, not for {self.type}", "remove it")
        if self.extensions and self.type != "postgresql":
            raise problem("K205", f"extensions belong to postgresql, not to {self.type}", "remove it")
        if not self.pooled and (self.bundled is None or self.why is None):
            raise problem("K205", "what cannot be pooled is bundled, and says why", "add bundled: and why:")
        return self


class Provided(Part):
    """One capability that a service supplies."""

    type: Capability
    port: str | None = None
    service: Name | None = Field(
        None, description="The name under which Kubernetes finds it; without it the kit's name."
    )
    version: str | None = None
    versions: Texts = Field(
        (), description="Every version that the kit can start, lowest first; without it only version."
    )
    version_param: str | None = None
    extensions: Texts = ()

    @model_validator(mode="before")
    @classmethod
    def _versions_default_to_the_one(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("version"), str) and not data.get("versions"):
            return {**data, "versions": [data["version"]]}
        return data

    @model_validator(mode="after")
    def _versions_are_ordered(self) -> Provided:
        try:
            ordered = tuple(sorted(self.versions, key=parse_version))
        except ValueError as error:
            raise problem("K205", str(error), "write versions: ['16', '17']") from error
        if ordered != self.versions:
            raise problem("K205", "versions stand lowest first", f"write [{', '.join(ordered)}]")
        if self.version is not None and self.version not in self.versions:
            raise problem("K207", f"version {self.version} is not one of versions", "add it to versions")
        if self.type in DATABASES and self.version is None:
            raise problem("K205", f"a kit that provides {self.type} says which version", 'add version: "16"')
        return self


class Pool(Part):
    """How one instance of a database serves several consumers: bytes of memory, and connections."""

    base: Size
    per_database: Size
    max_connections: int = Field(ge=1)


def with_types(requires: Any) -> Any:
    """Let a requirement leave out its type when its name is one: ``route: {port: http}``, ``valkey:``."""
    if not isinstance(requires, dict):
        return requires
    full = {}
    for name, value in requires.items():
        typed = isinstance(value, dict | None) and name in CAPABILITIES
        full[name] = {"type": name, **(value or {})} if typed else value
    return full
