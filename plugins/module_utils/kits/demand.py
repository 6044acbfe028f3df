# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one instance of a kit takes from its node, with the parts that it has to bring itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.resources import Volume


@dataclass(frozen=True, slots=True)
class Demand:
    """CPU in millicores, memory in bytes; a limit that nobody sets is None."""

    cpu: int
    cpu_limit: int | None
    memory: int
    memory_limit: int | None
    volumes: Mapping[str, Volume]

    @property
    def storage(self) -> int:
        """Bytes of all volumes together."""
        return sum(volume.size for volume in self.volumes.values())


def demand(kit: Kit, *, bundled: Collection[str] = (), users: int = 0) -> Demand:
    """Add up an instance; ``bundled`` names the requirements whose own instance is started with it."""
    extras = [kit.requires[name].bundled for name in sorted(bundled)]
    parts = [kit.resources, *(extra.resources for extra in extras if extra)]
    started = {volume for extra in extras if extra for volume in extra.volumes}
    never = {volume for one in kit.requires.values() if one.bundled for volume in one.bundled.volumes} - started
    return Demand(
        cpu=sum(part.cpu.request for part in parts),
        cpu_limit=_total(part.cpu.limit for part in parts),
        memory=sum(part.memory.request + users * part.memory.per_user for part in parts),
        memory_limit=_total(part.memory.limit for part in parts),
        volumes={name: volume for name, volume in kit.volumes.items() if name not in never},
    )


def _total(limits: Iterable[int | None]) -> int | None:
    """Add limits; one part without a limit leaves the whole without."""
    known = list(limits)
    return None if None in known else sum(limit for limit in known if limit is not None)
