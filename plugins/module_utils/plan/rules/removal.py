# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K604: a service goes away while others still use it, or have their data in it."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import listing


def check_removal(parts: Parts, problems: Problems) -> None:
    """K604: services to be absent that others use, and services of the lock that hold databases of others."""
    _check_uses(parts, problems)
    for service, consumers in sorted(_holders(parts).items(), key=lambda pair: natural(pair[0])):
        declared = parts.spec.stack.services.get(service)
        how = "is to be absent" if declared is not None else "is no longer declared"
        message = f"service '{service}' {how}, but holds databases of {listing(consumers)}"
        hint = "dump and restore them first, or declare it again"
        place = _state(parts, service) if declared is not None else parts.service_place(consumers[0])
        problems.warning("K604", message, place, hint)


def _check_uses(parts: Parts, problems: Problems) -> None:
    """What ``needs`` it is an error of its own (K603)."""
    services = parts.spec.stack.services
    for name, service in services.items():
        if service.state != "absent":
            continue
        users = [
            (other, index)
            for other, one in services.items()
            for index, used in enumerate(one.uses)
            if used == name and one.state != "absent"
        ]
        if users:
            message = f"service '{name}' is to be absent, but {listing(other for other, _ in users)} still use it"
            related = [Related(f"{user} uses it", parts.spec.place("services", user, "uses", at)) for user, at in users]
            hint = "remove it from their uses first"
            problems.warning("K604", message, _state(parts, name), hint, related)


def _holders(parts: Parts) -> dict[str, list[str]]:
    """Return the services of the lock that are gone, with the consumers that are not."""
    services = parts.requirements.services
    found: dict[str, list[str]] = {}
    for key in sorted(parts.lock.databases, key=natural):
        holder, _slash, rest = key.partition("/")
        consumer = rest.partition("/")[2].partition("/")[0]
        if consumer in services and holder not in services and consumer not in found.get(holder, ()):
            found.setdefault(holder, []).append(consumer)
    return found


def _state(parts: Parts, service: str) -> Place:
    return parts.spec.place("services", service, "state")
