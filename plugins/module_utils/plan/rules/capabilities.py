# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K311, K804: a kit requires what nobody provides, or what the pool cannot give."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import BUDGET, Failure, PoolInstance
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import listing, whole


def check_capabilities(parts: Parts, problems: Problems) -> None:
    """K311: say which kits would provide what is missing; nothing is missing when a service could not be read."""
    if not whole(parts.spec, "services"):
        return
    for name, service in parts.requirements.services.items():
        kit = parts.kit(name)
        for key, requirement in (kit.requires if kit else {}).items():
            use = service.requires.get(key)
            answered = use is not None and (use.service is not None or use.bundled)
            if kit is None or answered or not requirement.mandatory:
                continue
            kits = parts.catalogue.providers(requirement.type)
            hint = f"add one of these services: {listing(kits)}" if kits else "no kit of the catalogue provides it"
            message = f"kit '{kit.name}' of service '{name}' needs {requirement.type}, which no service provides"
            problems.error("K311", message, parts.service_place(name), hint)


def check_pools(parts: Parts, problems: Problems) -> None:
    """K804: consumers that no instance can serve or that bring their own, and instances with too many connections."""
    for failure in parts.pooling.failures:
        message = f"{failure.engine} for '{failure.consumer}' cannot be had: {failure.reason}"
        problems.error("K804", message, _place(parts, failure), failure.hint)
    for one in parts.pooling.instances:
        if one.over_budget:
            _report_connections(parts, one, problems)
        if one.kind == "bundled" and _could_share(parts, one):
            message = f"service '{one.service}' brings its own {one.engine}: {one.reason}"
            hint = "nothing to do; it costs memory of its own"
            problems.note("K804", message, parts.service_place(one.service), hint)


def _could_share(parts: Parts, one: PoolInstance) -> bool:
    """Tell whether the kit would have shared an instance, had there been a fitting one."""
    kit = parts.kit(one.service)
    return kit is not None and any(need.pooled for need in kit.requires.values() if need.type == one.engine)


def _place(parts: Parts, failure: Failure) -> Place:
    """Point at the wish for a database, else at the need of the instance, else at the consumer."""
    spec, name = parts.spec, failure.consumer.partition("/")[0]
    if spec.has("services", name, "database"):
        return spec.place("services", name, "database")
    service = spec.stack.services.get(name)
    uses = parts.requirements.services[name].requires.values() if name in parts.requirements.services else ()
    provider = next((use.service for use in uses if use.type == failure.engine), None)
    if service is not None and provider in service.needs:
        return spec.place("services", name, "needs", service.needs.index(provider))
    return parts.service_place(name)


def _report_connections(parts: Parts, one: PoolInstance, problems: Problems) -> None:
    most = one.max_connections or 0
    enough = -(-one.connections * 100 // BUDGET)
    largest = sorted(one.seats, key=lambda seat: (-seat.connections, seat.consumer))[:3]
    message = (
        f"{len(one.seats)} consumers of {one.engine} in '{one.name}' may open {one.connections} connections, "
        f"{BUDGET} % of its {most} are {most * BUDGET // 100}"
    )
    hint = (
        f"set databases.{one.engine}.max_clients: {enough}, or share: none for the largest: "
        f"{', '.join(f'{seat.consumer} {seat.connections}' for seat in largest)}"
    )
    problems.warning("K804", message, parts.service_place(one.service), hint)
