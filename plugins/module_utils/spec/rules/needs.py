# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K601, K603: circles in ``needs``, and needs of what does not run."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope

MAX_CIRCLES = 50

Graph = dict[str, tuple[str, ...]]


def check_circles(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K601: report every independent circle once, with all its edges."""
    services = spec.stack.services
    graph = {name: tuple(other for other in service.needs if other in services) for name, service in services.items()}
    for number, circle in enumerate(circles(graph)):
        if number == MAX_CIRCLES:
            return
        edges = list(zip(circle, [*circle[1:], circle[0]], strict=True))
        related = [Related(f"{one} needs {other}", _edge(spec, one, other)) for one, other in edges[1:]]
        message = f"services need each other in a circle: {' -> '.join([*circle, circle[0]])}"
        hint = 'remove one of these needs; a link that is only wanted at run time belongs under "uses"'
        problems.error("K601", message, _edge(spec, *edges[0]), hint, related)


def circles(graph: Graph) -> Iterator[list[str]]:
    """Yield the circles that a search in depth closes; without their last edges the graph has none left."""
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        trail: list[str] = [start]
        on_trail = {start: 0}
        waiting = [iter(graph[start])]
        while waiting:
            for other in waiting[-1]:
                if other in on_trail:
                    yield trail[on_trail[other] :]
                elif other not in done:
                    on_trail[other] = len(trail)
                    trail.append(other)
                    waiting.append(iter(graph[other]))
                    break
            else:
                waiting.pop()
                finished = trail.pop()
                del on_trail[finished]
                done.add(finished)


def _edge(spec: Spec, service: str, needed: str) -> Place:
    return spec.place("services", service, "needs", spec.stack.services[service].needs.index(needed))


def check_states(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K603: what runs cannot need what is stopped or absent."""
    services = spec.stack.services
    for name, service in services.items():
        if service.state in ("stopped", "absent"):
            continue
        for index, other in enumerate(service.needs):
            state = services[other].state if other in services else "running"
            if state not in ("stopped", "absent"):
                continue
            message = f"service '{name}' needs '{other}', whose state is {state}"
            hint = f"start '{other}', stop '{name}' too, or remove it from needs"
            related = [Related(f"'{other}' is {state} here", spec.place("services", other, "state"))]
            problems.error("K603", message, spec.place("services", name, "needs", index), hint, related)
