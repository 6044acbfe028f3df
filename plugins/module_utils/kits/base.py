# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every part of a kit's model shares: strictness, and the small field types."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints, WithJsonSchema

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem


class Part(BaseModel):
    """A part of a kit: unknown keys are refused, values are not converted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def _one_as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def matching(pattern: str, what: str, example: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """Return what makes a text match a pattern, and says in plain words when it does not."""
    compiled = re.compile(pattern)

    def check(value: Any) -> Any:
        if isinstance(value, str) and not compiled.search(value):
            raise problem("K205", f"'{value}' is not {what}", f"write one such as {example}")
        return value

    return BeforeValidator(check), WithJsonSchema({"type": "string", "pattern": pattern})


Name = Annotated[str, *matching(r"^[a-z][a-z0-9_-]{0,39}$", "a name", "my-app")]
Url = Annotated[str, *matching(r"^(https?|oci)://[^\s]+$", "an address", "https://example.com")]
SemVer = Annotated[str, *matching(r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$", "a version of three numbers", "1.4.0")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
# Tuples, because a kit never changes; YAML gives lists, so only the container itself is lenient.
Texts = Annotated[tuple[str, ...], Strict(False), BeforeValidator(_one_as_list, json_schema_input_type=str | list[str])]
