# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions and version ranges: what a kit asks of a database, and what a spec asks of a kit.

The comparison is ``packaging``'s. One rule is added: a version without an operator is a prefix,
so ``16`` means every 16.x, and ``v1.0.0`` means 1.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem

_OPERATOR = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*")
_EXAMPLES = 'write it as ">=13", ">=1.0.0,<2" or "16"'


def parse_version(text: str) -> Version:
    """Return a comparable version; a leading ``v`` is ignored. Raises ``ValueError`` when it is none."""
    try:
        return Version(text)
    except InvalidVersion as error:
        raise ValueError(f"'{text}' is not a version such as 1.4.0") from error


def _specifier(part: str) -> str:
    match = _OPERATOR.match(part)
    if match:
        return f"{match[1]}{parse_version(part[match.end() :])}"
    return f"=={parse_version(part)}.*"


@dataclass(frozen=True, slots=True)
class VersionRange:
    """A set of versions, such as ``>=13,<17``; equal when written alike. Raises ``ValueError`` on other text."""

    text: str
    _specifiers: SpecifierSet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            specifiers = SpecifierSet(",".join(_specifier(part.strip()) for part in self.text.split(",")))
        except InvalidSpecifier as error:
            raise ValueError(f"'{self.text}' is not a version range") from error
        object.__setattr__(self, "_specifiers", specifiers)

    def __str__(self) -> str:
        return self.text

    def contains(self, version: str) -> bool:
        """Tell whether a version lies in the range; text that is no version never does."""
        try:
            return self._specifiers.contains(parse_version(version), prereleases=True)
        except ValueError:
            return False

    def intersect(self, other: VersionRange) -> VersionRange:
        """Return the range of what both accept; it may accept nothing."""
        return self if self.text == other.text else VersionRange(f"{self.text},{other.text}")

    def highest(self, versions: Iterable[str]) -> str | None:
        """Return the highest of the versions that lie in the range."""
        return max(filter(self.contains, versions), key=parse_version, default=None)

    @property
    def is_open(self) -> bool:
        """Whether a future version could still fall into the range, so that only the lock makes it repeatable."""
        return not any(specifier.operator in ("<", "<=", "==", "~=") for specifier in self._specifiers)


def _parse(value: Any) -> VersionRange:
    if isinstance(value, VersionRange):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise problem("K205", "expected a version range", _EXAMPLES)
    try:
        return VersionRange(str(value))
    except ValueError as error:
        raise problem("K205", str(error), _EXAMPLES) from error


_SCHEMA = {
    "type": ["string", "integer"],
    "examples": [">=13", ">=1.0.0,<2", "16"],
    "description": "A version range; without an operator it is a prefix (16 means every 16.x).",
}

Range = Annotated[VersionRange, PlainValidator(_parse), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
