# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K604: a service goes away while others still use it, or have their data in it."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import listing


def check_removal(parts: Parts, problems: Problems) -> None:
    """K604: services to be absent that others use, and services of the lock that hold databases of others."""
    users, tenants = _users(parts), _tenants(parts)
    for service in sorted({*users, *tenants}, key=natural):
        declared = service in parts.spec.stack.services
        using, housed = users.get(service, []), tenants.get(service, [])
        reasons = [f"{_still_use([user for user, _index in using])} it"] if using else []
        reasons += [f"it holds databases of {listing(housed)}"] if housed else []
        message = f"service '{service}' is {'to be absent' if declared else 'no longer declared'}"
        steps = ["dump and restore the databases"] if housed else []
        steps += ["remove it from their uses"] if using else []
        place = parts.spec.place("services", service, "state") if declared else parts.service_place(housed[0])
        related = [Related(f"{user} uses it", parts.spec.place("services", user, "uses", at)) for user, at in using]
        hint = f"{' and '.join(steps)} first, or keep it"
        problems.warning("K604", f"{message}, but {' and '.join(reasons)}", place, hint, related)


def _still_use(users: list[str]) -> str:
    return f"{listing(users)} still {'uses' if len(users) == 1 else 'use'}"


def _users(parts: Parts) -> dict[str, list[tuple[str, int]]]:
    """Return the services to be absent that others use, with the places; what needs them is an error (K603)."""
    services = parts.spec.stack.services
    found: dict[str, list[tuple[str, int]]] = {}
    for name, service in services.items():
        for index, used in enumerate(service.uses if service.state != "absent" else ()):
            if used in services and services[used].state == "absent":
                found.setdefault(used, []).append((name, index))
    return found


def _tenants(parts: Parts) -> dict[str, list[str]]:
    """Return the services of the lock that are gone, with the consumers that are not."""
    services = parts.requirements.services
    found: dict[str, list[str]] = {}
    for key in sorted(parts.lock.databases, key=natural):
        holder, _slash, rest = key.partition("/")
        consumer = rest.partition("/")[2].partition("/")[0]
        if consumer in services and holder not in services and consumer not in found.get(holder, ()):
            found.setdefault(holder, []).append(consumer)
    return found
