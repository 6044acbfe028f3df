# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a service after its first start: hooks, upgrades, tests; and how safe it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from ansible_collections.kombify.stack.plugins.module_utils.kits.base import Part, Text, Texts
from ansible_collections.kombify.stack.plugins.module_utils.kits.containers import AbsolutePath, TcpCheck
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import Range
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import problem


class Command(Part):
    """A command inside a container, one word an item; no shell."""

    container: str
    run: Texts


class Hooks(Part):
    """Commands around backups, restores and upgrades."""

    pre_backup: Command | None = None
    post_backup: Command | None = None
    pre_restore: Command | None = None
    post_restore: Command | None = None
    pre_upgrade: Command | None = None
    post_upgrade: Command | None = None


class Upgrade(Part):
    """What an upgrade may do. ``skip_major`` false: every major version must be visited in turn."""

    skip_major: bool = True
    skip_minor: bool = True
    backup_first: bool = True
    rollback: Literal["image", "restore"] = Field(
        description="image: the old image runs on the new data; restore: only with the backup."
    )
    from_: Range | None = Field(
        None, alias="from", description="The application versions that can be upgraded directly."
    )
    why: Text | None = None


class Security(Part):
    """What the containers are allowed, checked against ``policies.security``."""

    run_as_non_root: bool
    read_only_root: bool
    privileged: bool = False
    host_network: bool = False
    host_pid: bool = False
    egress: Texts = Field(
        (), description="Who is called: a requirement's name, internet:443, lan:22, nodes:9100, kubernetes."
    )
    why: Text | None = None

    @model_validator(mode="after")
    def _exceptions_have_a_reason(self) -> Security:
        loose = [
            name
            for name, wrong in (
                ("run_as_non_root: false", not self.run_as_non_root),
                ("privileged: true", self.privileged),
                ("host_network: true", self.host_network),
                ("host_pid: true", self.host_pid),
            )
            if wrong
        ]
        if loose and self.why is None:
            raise problem("K205", f"{' and '.join(loose)} needs a reason", "add why:")
        return self


class Expectation(Part):
    """What an answer must be like."""

    status: int = Field(200, ge=100, le=599)
    json_: Mapping[str, Any] | None = Field(None, alias="json")
    text: str | None = None


class HttpTest(Part):
    """One request and its answer."""

    port: str
    path: AbsolutePath = "/"
    expect: Expectation = Expectation()


class Test(Part):
    """One step that shows that the service works: exactly one of ``http``, ``tcp`` and ``command``."""

    __test__ = False  # not one of pytest's

    http: HttpTest | None = None
    tcp: TcpCheck | None = None
    command: Command | None = None

    @model_validator(mode="after")
    def _exactly_one_step(self) -> Test:
        if sum(step is not None for step in (self.http, self.tcp, self.command)) != 1:
            raise problem("K205", "a test is exactly one of http, tcp and command", "keep one of them")
        return self
