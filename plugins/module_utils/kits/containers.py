# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portable core of a kit: containers, from which Compose files and our own Helm chart are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Part, Text, Texts, matching
from ansible_collections.kombify.stack.plugins.module_utils.kits.resources import Resources
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import Duration, Size, problem

Architecture = Literal["amd64", "arm64"]
AbsolutePath = Annotated[str, *matching(r"^/[^\s:]*$", "an absolute path", "/data")]
Sha256 = Annotated[str, *matching(r"^sha256:[0-9a-f]{64}$", "a digest", "sha256: and 64 hexadecimal digits")]


class Mount(Part):
    """Where a volume appears inside a container; the short form is the volume's name alone."""

    volume: str
    sub_path: str | None = None
    read_only: bool = False


def _volume_name(value: Any) -> Any:
    return {"volume": value} if isinstance(value, str) else value


ShortMount = Annotated[Mount, BeforeValidator(_volume_name, json_schema_input_type=str | Mount)]


class HttpCheck(Part):
    """A request that a healthy container answers with 2xx or 3xx."""

    path: AbsolutePath = "/"
    port: str


class TcpCheck(Part):
    """A port that a healthy container accepts connections on."""

    port: str


class Health(Part):
    """How to see that a container works: one of ``http``, ``tcp`` and ``command``, and its times in seconds."""

    http: HttpCheck | None = None
    tcp: TcpCheck | None = None
    command: Texts | None = None
    start: Duration = 30
    every: Duration = 15
    timeout: Duration = 5
    fail_after: int = Field(3, ge=1)

    @model_validator(mode="after")
    def _exactly_one_check(self) -> Health:
        if sum(check is not None for check in (self.http, self.tcp, self.command)) != 1:
            raise problem("K205", "a health check is exactly one of http, tcp and command", "keep one of them")
        return self


class Container(Part):
    """One container of a service. ``like`` takes everything that is not said here from another container."""

    image: str | None = None
    digest: Mapping[Architecture, Sha256] = Field(
        default_factory=dict, description="By architecture; filled in by the lock when the kit does not state it."
    )
    like: str | None = None
    entrypoint: Texts | None = None
    command: Texts | None = None
    variables: Mapping[str, str | int | bool] = Field(default_factory=dict)
    when: Mapping[str, Mapping[str, str | int | bool]] = Field(
        default_factory=dict, description="Further variables, by the optional requirement that must be there."
    )
    mounts: Mapping[AbsolutePath, ShortMount] = Field(default_factory=dict)
    host_mounts: Mapping[AbsolutePath, AbsolutePath] = Field(
        default_factory=dict, description="Folders of the host, mounted read-only."
    )
    files: Mapping[AbsolutePath, str] = Field(
        default_factory=dict, description="Configuration files: path and content."
    )
    tmpfs: Texts = ()
    shared_memory: Size | None = Field(None, description="Size of /dev/shm when 64 MiB is too little.")
    devices: Texts = ()
    user: str | int | None = None
    capabilities: Texts = Field((), description="Kernel capabilities added to none.")
    health: Health | None = None
    runs: Literal["always", "once"] = Field(
        "always", description="once: does its work before the others start, and ends."
    )
    after: Texts = ()
    resources: Resources | None = Field(
        None, description="Its share of the kit's resources; containers without one share what is left."
    )
    why: Text | None = None
