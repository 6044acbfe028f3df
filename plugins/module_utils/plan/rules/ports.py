# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K505: two services want the same port of one host."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems, Related

LAST_PORT = 65535

Socket = tuple[str, int, str]


@dataclass(frozen=True)
class Taker:
    """Who takes a port of a host: an instance of a service, or something of the host itself (``service`` None)."""

    words: str
    instance: str = ""
    service: str | None = None


def check_ports(parts: Parts, problems: Problems) -> set[str]:
    """K505: name both services and the next free port; return the instances that therefore have no place."""
    taken: dict[Socket, Taker] = _of_hosts(parts)
    said: set[str] = set()
    for socket, taker in _wanted(parts):
        first = taken.setdefault(socket, taker)
        if first is taker:
            continue
        said.update(one.instance for one in (first, taker) if one.instance)
        _report(parts, socket, first, taker, taken, problems)
    return said


def _of_hosts(parts: Parts) -> dict[Socket, Taker]:
    """Return the ports that machines need themselves: SSH, and the proxy of an edge."""
    found: dict[Socket, Taker] = {}
    for name, node in parts.spec.stack.nodes.items():
        found[name, node.port or 22, "tcp"] = Taker("SSH")
        for port in (80, 443) if node.edge is not None else ():
            found[name, port, "tcp"] = Taker(f"the proxy {node.edge.proxy} of its edge" if node.edge else "")
    return found


def _wanted(parts: Parts) -> Iterator[tuple[Socket, Taker]]:
    """Iterate over the host ports of everything that has a place, or only one possible place, in the spec's order."""
    seats = {claim.name: claim.seat for claim in parts.claims if claim.kind == "service"}
    for name, service in parts.requirements.services.items():
        ports = [port for port in service.ports.values() if port.host is not None]
        for instance in service.instances if ports else ():
            seat = seats.get(instance.name)
            for port in ports if seat is not None else ():
                yield (seat or "", port.host or 0, port.protocol), Taker(f"'{name}'", instance.name, name)


def _report(
    parts: Parts, socket: Socket, first: Taker, second: Taker, taken: Mapping[Socket, Taker], problems: Problems
) -> None:
    seat, number, protocol = socket
    where = f"cluster '{seat}'" if seat in parts.clusters else f"'{seat}'"
    place = _place(parts, second, number)
    if first.service == second.service:
        message = f"host port {number}/{protocol} of {where} is wanted by two instances of {second.words}"
        hint = "keep them apart: placement: {spread: node}"
    else:
        message = f"host port {number}/{protocol} of {where} is wanted by both {first.words} and {second.words}"
        free = _next_free(number, {port for at, port, kind in taken if (at, kind) == (seat, protocol)})
        hint = f"next free port there: {free}" if _written(parts, second, number) else ""
        hint = hint or f"put one of them on another node; next free port there: {free}"
    related = []
    if first.service is not None and first.service != second.service:
        related.append(Related("first wanted here", _place(parts, first, number)))
    problems.error("K505", message, place, hint, related)


def _written(parts: Parts, taker: Taker, number: int) -> int | None:
    """Return the position of a port among those that the user wrote, counted from 1."""
    declared = parts.spec.stack.services.get(taker.service or "")
    for position, text in enumerate(declared.ports if declared else (), start=1):
        low, _dash, high = text.partition("/")[0].partition("-")
        if int(low) <= number <= int(high or low):
            return position
    return None


def _place(parts: Parts, taker: Taker, number: int) -> Place:
    position = _written(parts, taker, number)
    if taker.service is not None and position is not None:
        return parts.service_place(taker.service, "ports", position - 1)
    return parts.service_place(taker.service or "")


def _next_free(number: int, taken: Collection[int]) -> int:
    return next((port for port in range(number + 1, LAST_PORT) if port not in taken), number)
