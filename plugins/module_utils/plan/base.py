# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the models of the later stages share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    format_cpu,
    format_duration,
    format_size,
)

Bytes = Annotated[int, PlainSerializer(format_size)]
Millicores = Annotated[int, PlainSerializer(format_cpu)]
Seconds = Annotated[int, PlainSerializer(format_duration)]


class Stage(BaseModel):
    """A part of a stage that the plan writes: complete, strict and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Resources(Stage):
    """Memory and storage in bytes, CPU in millicores."""

    memory: Bytes = 0
    storage: Bytes = 0
    cpu: Millicores = 0

    def __add__(self, other: Resources) -> Resources:
        return Resources(
            memory=self.memory + other.memory, storage=self.storage + other.storage, cpu=self.cpu + other.cpu
        )


NOTHING = Resources()
