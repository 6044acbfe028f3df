# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would change: the old lock against the new one, each change with its reason.

Removing an entry from the spec is not deletion. Such entries are listed as no longer declared,
and stay until the user asks for their removal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import KitLock, Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

Kind = Literal["add", "change", "remove"]
NOT_DECLARED = "no longer declared"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the lock that would be added, changed or removed; ``what`` is its section in one word."""

    kind: Kind
    what: str
    name: str
    before: str | None
    after: str | None
    reason: str

    def as_dict(self) -> dict[str, str | None]:
        """Return the change as plain data for JSON."""
        return asdict(self)


def changes(
    old: Lock, new: Lock, requirements: Requirements, reasons: Mapping[str, str] | None = None
) -> tuple[Change, ...]:
    """Return the changes, section by section in natural order of names.

    ``reasons`` are the words of the placement for items that it moved, by the item's name.
    """
    why = _Reasons(old, new, requirements, reasons or {})
    return (
        *_compared("vm", old.vms, new.vms, why.vm),
        *_compared("placement", old.placement, new.placement, why.placed),
        *_compared("vmid", old.vmids, new.vmids, why.node),
        *_compared("address", old.addresses, new.addresses, why.address),
        *_compared("link", _flat(old.links), _flat(new.links), why.link),
        *_compared("port", _flat(old.ports), _flat(new.ports), why.service),
        *_compared("kit", _versions(old.kits), _versions(new.kits), why.kit),
        *_compared("database", old.databases, new.databases, why.database),
        *_compared("secret", old.secrets, new.secrets, why.service),
        *_compared("volume", old.volumes, new.volumes, why.volume),
    )


def _compared(
    what: str, old: Mapping[str, str | int], new: Mapping[str, str | int], reason: Callable[[Kind, str], str]
) -> Iterator[Change]:
    for name in sorted({*old, *new}, key=natural):
        before, after = old.get(name), new.get(name)
        if before != after:
            kind: Kind = "add" if before is None else "remove" if after is None else "change"
            yield Change(
                kind=kind,
                what=what,
                name=name,
                before=None if before is None else str(before),
                after=None if after is None else str(after),
                reason=reason(kind, name),
            )


def _flat(section: Mapping[str, Mapping[str, str | int]]) -> dict[str, str | int]:
    """Return a map of maps as one: ``mesh/nas`` is the nas in the link mesh, ``jellyfin/http`` a port of jellyfin."""
    return {f"{outer}/{key}": value for outer, values in section.items() for key, value in values.items()}


def _versions(kits: Mapping[str, KitLock]) -> dict[str, str | int]:
    """Return each kit in words, so that another content under the same version is a change too."""
    return {
        name: f"{kit.version} {kit.digest[:8]}" + (f" ({kit.app_version})" if kit.app_version else "")
        for name, kit in kits.items()
    }


@dataclass(frozen=True)
class _Reasons:
    """What tells why the locks differ."""

    old: Lock
    new: Lock
    requirements: Requirements
    moved: Mapping[str, str]

    def node(self, kind: Kind, name: str) -> str:
        """Say why something of a machine differs."""
        if kind != "remove":
            return "new" if kind == "add" else "the spec says so"
        node = self.requirements.nodes.get(name)
        if node is None:
            return NOT_DECLARED
        return "is to be absent" if node.state == "absent" else "not needed any more"

    def service(self, kind: Kind, name: str) -> str:
        """Say why something of a service or one of its instances differs."""
        if kind != "remove":
            return "new" if kind == "add" else "the spec or its kit changed"
        service = self.requirements.services.get(name.partition("/")[0])
        if service is None:
            return NOT_DECLARED
        return "is to be absent" if service.state == "absent" else "not needed any more"

    def kit(self, kind: Kind, name: str) -> str:
        """Say why a kit differs."""
        if kind != "change":
            return self.service(kind, name)
        before, after = self.old.kits[name], self.new.kits[name]
        if before.version != after.version:
            return f"the catalogue has version {after.version}"
        same = before.digest == after.digest
        return "the application's version" if same else "the kit's content changed under the same version"

    def vm(self, kind: Kind, name: str) -> str:
        """Say why a VM has another hypervisor."""
        if kind == "change":
            return self.moved.get(name) or self._refusal(
                self.old.vms[name], self.requirements.nodes[name].hypervisors if name in self.requirements.nodes else ()
            )
        return self.node(kind, name)

    def placed(self, kind: Kind, name: str) -> str:
        """Say why an instance has another place."""
        if kind == "change":
            return self.moved.get(name) or self._refusal(self.old.placement[name], self._targets(name))
        if kind == "remove" and self._targets(name):
            return "has no place any more"
        return self.service(kind, name)

    def _refusal(self, before: str, targets: tuple[str, ...]) -> str:
        """Say why an item could not stay where it was."""
        node = self.requirements.nodes.get(before)
        if node is None and before not in targets:
            return f"{before} is {NOT_DECLARED}"
        if node is not None and node.state != "present":
            return f"{before} is in state {node.state}"
        return f"{before} no longer fits" if before in targets else f"may no longer run on {before}"

    def _targets(self, instance: str) -> tuple[str, ...]:
        service = self.requirements.services.get(instance.partition("/")[0])
        found = (one.targets for one in service.instances if one.name == instance) if service else iter(())
        return next(found, ())

    def address(self, kind: Kind, name: str) -> str:
        """Say why an address differs."""
        node = self.requirements.nodes.get(name)
        if kind == "change" and node is not None:
            return "written in the spec" if node.address else f"network {node.network} gives another one"
        return self.node(kind, name)

    def link(self, kind: Kind, name: str) -> str:
        """Say why an address in a link differs."""
        return self.node(kind, name.partition("/")[2])

    def database(self, kind: Kind, name: str) -> str:
        """Say why a database differs."""
        consumer = name.split("/", 2)[2:]
        if kind == "remove" and consumer:
            return "its consumer uses another instance" if self._uses_databases(consumer[0]) else NOT_DECLARED
        if kind == "change":
            return "another version is wanted"
        return self.service(kind, name)

    def _uses_databases(self, consumer: str) -> bool:
        return any(key.split("/", 2)[2:] == [consumer] for key in self.new.databases)

    def volume(self, kind: Kind, name: str) -> str:
        """Say why data is elsewhere."""
        if kind == "change":
            return "the data has to move"
        return self.service(kind, name)
