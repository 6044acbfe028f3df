# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Amounts of the three resources that placement counts: bytes of memory and storage, millicores of CPU."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RESOURCES = ("memory", "storage", "cpu")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Memory and storage in bytes, CPU in millicores."""

    memory: int = 0
    storage: int = 0
    cpu: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.memory + other.memory, self.storage + other.storage, self.cpu + other.cpu)

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(self.memory - other.memory, self.storage - other.storage, self.cpu - other.cpu)

    def of(self, resource: str) -> int:
        """Return the amount of one resource."""
        return self.as_dict()[resource]

    def as_dict(self) -> dict[str, int]:
        """Return the amounts by the name of their resource."""
        return {"memory": self.memory, "storage": self.storage, "cpu": self.cpu}


NOTHING = Amounts()


def total(amounts: Iterable[Amounts]) -> Amounts:
    """Return the sum."""
    found = list(amounts)
    return Amounts(
        sum(one.memory for one in found),
        sum(one.storage for one in found),
        sum(one.cpu for one in found),
    )
