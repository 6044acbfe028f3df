# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a kit takes from a node: processor, memory, volumes, ports and devices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Part, PortNumber, Text, matching
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    Cpu,
    Size,
    format_cpu,
    format_size,
    problem,
)


class CpuAmount(Part):
    """Processor in millicores: what is reserved, and where it is throttled."""

    request: Cpu
    limit: Cpu | None = None

    @model_validator(mode="after")
    def _limit_covers_request(self) -> CpuAmount:
        if self.limit is not None and self.limit < self.request:
            low, high = format_cpu(self.limit), format_cpu(self.request)
            raise problem("K205", f"the CPU limit {low} is below the request {high}", "raise the limit")
        return self


class MemoryAmount(Part):
    """Memory in bytes: what is reserved, where the kernel kills, and what each user adds to the request."""

    request: Size
    limit: Size | None = None
    per_user: Size = 0

    @model_validator(mode="after")
    def _limit_covers_request(self) -> MemoryAmount:
        if self.limit is not None and self.limit < self.request:
            low, high = format_size(self.limit), format_size(self.request)
            raise problem("K205", f"the memory limit {low} is below the request {high}", "raise the limit")
        return self


class Resources(Part):
    """What placement counts."""

    cpu: CpuAmount
    memory: MemoryAmount


class Volume(Part):
    """A place for data that outlives its container: bytes wanted, how fast, and whether it must be backed up."""

    size: Size
    class_: Literal["fast", "bulk"] = Field("fast", alias="class")
    backup: bool
    shared: bool = Field(False, description="Several containers on different nodes write to it.")
    why: Text | None = None


class Port(Part):
    """A port that a container listens on; ``host_port`` only when clients expect exactly that number on the host."""

    port: PortNumber
    protocol: Literal["tcp", "udp", "http", "https"] = "tcp"
    host_port: PortNumber | None = None
    container: str | None = Field(None, description="The container that listens; without it the first one.")
    why: Text | None = None


class Device(Part):
    """A device of the host that a container uses, such as ``/dev/dri``; ``label`` finds the nodes that have it."""

    path: Annotated[str, *matching(r"^/dev/[A-Za-z0-9/_-]+$", "a device", "/dev/dri")]
    label: Annotated[str, *matching(r"^[a-z0-9-]+=[A-Za-z0-9.-]+$", "a label", "gpu=yes")] | None = None
    optional: bool = False
    why: Text | None = None
