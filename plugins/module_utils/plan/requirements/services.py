# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services with the figures of their kits and the wishes of the spec."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.kits.demand import demand
from ansible_collections.kombify.stack.plugins.module_utils.kits.params import check_params
from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import (
    NodeNeed,
    PortNeed,
    ServiceNeed,
    VolumeNeed,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.providers import Providers
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.targets import instances
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec


def build_service(draft: Draft, spec: Spec, nodes: Mapping[str, NodeNeed], providers: Providers) -> ServiceNeed:
    """Return what one service needs."""
    service, kit = draft.service, draft.kit
    requires = providers.of(draft.name)
    bundled = [name for name, one in requires.items() if one.bundled]
    volumes = _volumes(draft, bundled)
    return ServiceNeed(
        name=draft.name,
        kit=kit.name if kit else None,
        kit_version=kit.version if kit else None,
        app_version=service.app_version or (kit.app_version if kit else None),
        state="running" if service.state == "present" else service.state,
        namespace=service.namespace or (draft.name if draft.where.cluster else None),
        cluster=draft.where.cluster,
        tier=kit.tier if kit else "app",
        each=service.each,
        requests=_requests(draft, bundled, volumes),
        volumes=volumes,
        ports=_ports(draft),
        provides=tuple(one.type for one in kit.provides) if kit else (),
        requires=requires,
        arch=tuple(kit.arch) if kit else (),
        devices=_devices(draft),
        stateful=any(volume.backup for volume in volumes.values()),
        instances=instances(draft.name, service, draft.where, nodes),
        params=_params(draft, spec),
        secrets=dict(service.secrets),
        tags=tuple(dict.fromkeys((draft.name, *service.tags))),
        origin=_origin(draft, spec),
    )


def _requests(draft: Draft, bundled: list[str], volumes: dict[str, VolumeNeed]) -> Resources:
    """What the spec says of CPU and memory, else what the kit says; storage is the sum of the volumes."""
    wish = draft.service.resources
    figures = demand(draft.kit, bundled=bundled) if draft.kit else None
    return Resources(
        memory=wish.memory if wish.memory is not None else (figures.memory if figures else 0),
        cpu=wish.cpu if wish.cpu is not None else (figures.cpu if figures else 0),
        storage=sum(volume.size for volume in volumes.values() if volume.path is None),
    )


def _volumes(draft: Draft, bundled: list[str]) -> dict[str, VolumeNeed]:
    kit_volumes = dict(demand(draft.kit, bundled=bundled).volumes) if draft.kit else {}
    found = {}
    for name in sorted({*kit_volumes, *draft.service.storage}):
        own, kits = draft.service.storage.get(name), kit_volumes.get(name)
        size = own.size if own and own.size is not None else (kits.size if kits else 0)
        backup = own.backup if own and own.backup is not None else (kits.backup if kits else True)
        kind = own.class_ if own and own.class_ else (kits.class_ if kits else None)
        found[name] = VolumeNeed.model_validate(
            {"size": size, "class": kind, "backup": backup, "path": own.path if own else None}
        )
    return found


def _ports(draft: Draft) -> dict[str, PortNeed]:
    found = {}
    for name, port in (draft.kit.ports if draft.kit else {}).items():
        protocol = "udp" if port.protocol == "udp" else "tcp"
        found[name] = PortNeed(port=port.port, protocol=protocol, host=port.host_port)
    for text in draft.service.ports:
        number, _slash, protocol = text.partition("/")
        for one in _numbers(number):
            found.update(_host_port(found, one, protocol or "tcp"))
    return found


def _numbers(text: str) -> range:
    low, _dash, high = text.partition("-")
    return range(int(low), int(high or low) + 1)


def _host_port(found: dict[str, PortNeed], number: int, protocol: str) -> dict[str, PortNeed]:
    """A port that the spec names is wanted on the host itself; it is the kit's port when the numbers agree."""
    for name, port in found.items():
        if port.port == number and port.protocol == protocol:
            return {name: port.model_copy(update={"host": number})}
    return {f"{protocol}-{number}": PortNeed(port=number, protocol=protocol, host=number)}


def _devices(draft: Draft) -> tuple[str, ...]:
    needed = [device.path for device in draft.kit.devices.values() if not device.optional] if draft.kit else []
    return tuple(sorted({*needed, *draft.service.devices}))


def _params(draft: Draft, spec: Spec) -> dict[str, object]:
    """Return the parameters with their defaults; wrong ones are reported by the rules."""
    if draft.kit is None:
        return dict(draft.service.params)
    found, _problems = check_params(draft.kit, draft.service.params, lambda _param: spec.place("services", draft.name))
    return found


def _origin(draft: Draft, spec: Spec) -> dict[str, str]:
    kit = f"kit:{draft.kit.name}@{draft.kit.version}" if draft.kit else "default"
    origin = {"name": spec.origin("services", draft.name), "kit": kit}
    for key in ("cpu", "memory"):
        written = spec.has("services", draft.name, "resources", key)
        origin[key] = spec.origin("services", draft.name, "resources", key) if written else kit
    origin["storage"] = spec.origin("services", draft.name, "storage") if draft.service.storage else kit
    return origin
