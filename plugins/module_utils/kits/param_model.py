# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parameters of a kit: what a user may set, and which values are taken."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Strict, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Part, Text
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem

ParamType = Literal["string", "integer", "boolean", "size", "duration", "cpu", "secret"]


class Token(Part):
    """A JSON Web Token signed (HS256) with another secret of the kit."""

    key: str
    claims: dict[str, str | int]


class Param(Part):
    """One parameter. It is required unless it has a default, is optional, or is a secret that can be made."""

    type: ParamType
    title: Text | None = None
    help: Text | None = None
    default: Any = None
    optional: bool = False
    values: Annotated[tuple[str, ...], Strict(False)] = Field(
        (), description="The only texts allowed, when the type is string."
    )
    pattern: str | None = None
    min: Any = None
    max: Any = None
    generate: int | Literal["uuid"] | None = Field(
        None, description="Characters of a secret that is made when the user gives none."
    )
    alphabet: Literal["alphanumeric", "hex", "base64"] = "alphanumeric"
    prefix: str = ""
    token: Token | None = None

    @property
    def required(self) -> bool:
        """Whether the user must give a value."""
        made = self.generate is not None or self.token is not None
        return not (self.optional or made or self.default is not None)

    @model_validator(mode="after")
    def _fields_fit_the_type(self) -> Param:
        if self.type != "secret" and (self.generate is not None or self.token is not None):
            raise problem("K205", f"only a secret is generated, not a {self.type}", "write type: secret")
        if self.type == "secret" and self.default is not None:
            raise problem("K901", "a secret has no default", "write generate: 24 instead of default")
        if isinstance(self.generate, int) and not 8 <= self.generate <= 128:
            raise problem("K207", f"a secret of {self.generate} characters", "write 8 to 128")
        if self.type != "string" and (self.values or self.pattern is not None):
            raise problem("K205", f"values and pattern belong to a string, not to a {self.type}", "remove them")
        return self


Params = Annotated[dict[str, Param], Field(default_factory=dict)]
