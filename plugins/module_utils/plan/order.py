# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of a deployment: edges become waves, waves and stages become a list of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Stage
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Edge
from ansible_collections.kombify.stack.plugins.module_utils.plan.stages import (
    AT_HAND,
    CONTROL_PLANES,
    DOCKER_HOSTS,
    STAGES,
    StageWord,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedService
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

Waves = tuple[tuple[str, ...], ...]


class RunStep(Stage):
    """One run of a stage's playbook: the tags that select services, and the hosts that it is limited to."""

    stage: str
    tags: tuple[str, ...]
    limit: str
    services: tuple[str, ...] = ()
    wave: int | None = None


def waves(names: Iterable[str], edges: Iterable[Edge]) -> Waves:
    """Return the services in waves: each needs only services of earlier waves.

    Edges of the kind ``uses`` give no order. Services in a circle (K601) end up together in the last wave.
    """
    known = sorted(names, key=natural)
    needs: dict[str, set[str]] = {name: set() for name in known}
    for edge in edges:
        if edge.kind == "needs" and edge.service in needs and edge.needs in needs:
            needs[edge.service].add(edge.needs)
    sorter = TopologicalSorter(needs)
    with suppress(CycleError):  # the sorter still hands out everything that does not hang on the circle
        sorter.prepare()
    found = list(_ready(sorter))
    rest = set(known).difference(*found)
    return (*found, tuple(sorted(rest, key=natural))) if rest else tuple(found)


def _ready(sorter: TopologicalSorter[str]) -> Iterator[tuple[str, ...]]:
    while sorter.is_active():
        ready = sorter.get_ready()
        if not ready:
            return
        yield tuple(sorted(ready, key=natural))
        sorter.done(*ready)


def run_list(unified: Unified) -> tuple[RunStep, ...]:
    """Return every run of a whole deployment, in order; stages that have nothing to do are left out.

    Services are deployed wave by wave. The tags are the services' names, so a step can be tried by hand:
    ``ansible-playbook playbooks/infrastructure.yml --tags vault,consul``.
    """
    steps: list[RunStep] = []
    busy = _busy_stages(unified)
    for stage in STAGES:
        if stage.name == "infrastructure":
            steps += _deployments(stage, unified)
        elif stage.name in busy:
            steps.append(RunStep(stage=stage.name, tags=(stage.name,), limit=stage.hosts))
    return tuple(steps)


def _busy_stages(unified: Unified) -> set[str]:
    nodes = [node for node in unified.nodes.values() if node.state != "absent"]
    has_work = {
        "prepare": any(node.type != "hypervisor" for node in nodes),
        "proxmox": any(node.hypervisor for node in nodes),
        "kubespray": bool(unified.clusters),
        "cni": bool(unified.clusters),
        "storage": bool(unified.clusters),
        "pangolin": bool(unified.links),
        "monitoring": bool(_deployed(unified, unified.services)),
        "backup": bool(unified.backups),
    }
    return {stage for stage, busy in has_work.items() if busy}


def _deployed(unified: Unified, names: Iterable[str]) -> list[UnifiedService]:
    found = (unified.services[name] for name in names if name in unified.services)
    return [service for service in found if service.state != "absent"]


def _deployments(stage: StageWord, unified: Unified) -> Iterator[RunStep]:
    for number, wave in enumerate(unified.waves, start=1):
        services = _deployed(unified, wave)
        if services:
            names = tuple(service.name for service in services)
            yield RunStep(stage=stage.name, tags=names, limit=_limit(services), services=names, wave=number)


def _limit(services: Iterable[UnifiedService]) -> str:
    """Return the groups of the inventory that deploy some services: control planes for charts, else machines."""
    groups = {CONTROL_PLANES if service.cluster else DOCKER_HOSTS for service in services}
    return ":".join([*sorted(groups, reverse=True), AT_HAND])
