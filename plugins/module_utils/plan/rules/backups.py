# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K701, K702: data without a backup, and backups that die with what they protect."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.amounts import plural
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import by_policy, listing
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size


def check_backed_up(parts: Parts, problems: Problems) -> None:
    """K701: every service that keeps data is covered by a policy, or says that it needs none."""
    covered = {name for job in parts.backups.values() for name in job.of}
    bare = {
        name: open_ones
        for name, service in parts.requirements.services.items()
        if service.stateful and _wanted(parts, name) and (open_ones := _uncovered(parts, service, covered))
    }
    mode = parts.spec.stack.policies.backups.mode
    if bare and not parts.backups:
        if parts.spec.has("backups") and parts.spec.problems.has_errors:
            return  # what is wrong with them is reported, and they may be meant for all of this
        verb = "keeps" if len(bare) == 1 else "keep"
        message = f"nothing is backed up, but {plural(len(bare), 'service')} {verb} data: {listing(bare)}"
        hint = "add backups: {target: sftp:backup@host:/srv/backup, schedule: daily 02:30, keep: {daily: 7}}"
        by_policy(problems, mode, "K701", message, parts.spec.key_place("services"), hint)
        return
    for name, open_ones in bare.items():
        service = parts.requirements.services[name]
        some = f"{len(open_ones)} of its {len(service.instances)} instances" if len(service.instances) > 1 else "it"
        data = human_size(sum(volume.size for volume in service.volumes.values() if volume.backup))
        message = f"service '{name}' keeps data ({data}), but no backup policy covers {some}"
        by_policy(problems, mode, "K701", message, parts.service_place(name), _how_to_cover(parts, service))


def _how_to_cover(parts: Parts, service: ServiceNeed) -> str:
    """A database that the plan adds has no entry of its own: a policy names its engine, which databases declares."""
    policies = f"policies: {listing(parts.backups)}"
    if service.name in parts.spec.stack.services:
        return f"{policies}; name it in one, or write backup: false when nothing would be lost"
    engine = next((kind for kind in service.provides), service.name)
    declare = "" if engine in parts.spec.stack.databases else f", and declare databases: {{{engine}: {{}}}}"
    return f"{policies}; write of: {engine} in one{declare}"


def _wanted(parts: Parts, name: str) -> bool:
    declared = parts.spec.stack.services.get(name)
    return declared is None or declared.backup is None or declared.backup.wanted


def _uncovered(parts: Parts, service: ServiceNeed, covered: Collection[str]) -> list[str]:
    """Return the instances that no policy names, neither by their service nor by the machine they are on."""
    if service.name in covered or (service.cluster and _all_covered(parts, service.cluster, covered)):
        return []
    seats = {one.name: parts.placed.get(one.name) for one in service.instances}
    return [name for name, seat in seats.items() if seat not in covered]


def _all_covered(parts: Parts, cluster: str, covered: Collection[str]) -> bool:
    nodes = parts.clusters.get(cluster, ())
    return bool(nodes) and all(node.name in covered for node in nodes)


@dataclass(frozen=True)
class Stand:
    """Where something stands, from near to far; what a fault would take away together."""

    node: frozenset[str]
    cluster: frozenset[str]
    host: frozenset[str]
    site: frozenset[str]

    def shared(self, other: Stand) -> list[str]:
        """Return what both stand on: ``node 'nas'``, ``site 'hq'``."""
        levels = ("node", "cluster", "host", "site")
        found = []
        for level in levels:
            common = getattr(self, level) & getattr(other, level)
            found += [f"{level} '{min(common)}'"] if common else []
        return found


def check_shared_fate(parts: Parts, problems: Problems) -> None:
    """K702: a target stands apart from what it protects. What the spec alone can tell is reported there."""
    said = {problem.place for problem in problems if problem.code == "K702"}
    targets = parts.spec.stack.backups.targets
    for name in targets:
        place = parts.spec.key_place("backups", "targets", name)
        stand = _stand_of_target(parts, name)
        if place in said or stand is None:
            continue
        jobs = [job for job in parts.backups.values() if job.target == name]
        sources = sorted({source for job in jobs for source in job.of})
        shared = {source: found for source in sources if (found := _shared(parts, source, stand))}
        if not shared:
            continue
        levels = max(shared.values(), key=len)
        message = f"backup target '{name}' shares {' and '.join(levels)} with what it protects: {listing(shared)}"
        others = [other for other in targets if other != name]
        hint = f"other targets: {listing(others)}" if others else "add a target on another machine at another site"
        by_policy(problems, parts.spec.stack.policies.backups.mode, "K702", message, place, hint)


def _shared(parts: Parts, source: str, target: Stand) -> list[str]:
    return next((found for stand in _stands(parts, source) if (found := stand.shared(target))), [])


def _stand_of_target(parts: Parts, name: str) -> Stand | None:
    """Return where a target is; None when the spec does not tell."""
    target = parts.spec.stack.backups.targets[name]
    if target.node in parts.requirements.nodes:
        return _stand(parts, str(target.node))
    if target.service in parts.requirements.services:
        return next(iter(_stands(parts, str(target.service))), None)
    return None


def _stands(parts: Parts, source: str) -> Iterator[Stand]:
    """Iterate over the places of a service's instances, or of a machine."""
    service = parts.requirements.services.get(source)
    if service is None:
        yield from [_stand(parts, source)] if source in parts.requirements.nodes else []
        return
    for instance in service.instances:
        seat = parts.placed.get(instance.name)
        if seat is not None:
            yield _stand(parts, seat)


def _stand(parts: Parts, seat: str) -> Stand:
    nodes = parts.requirements.nodes
    members = [node.name for node in parts.clusters[seat]] if seat in parts.clusters else [seat]
    hosts = {parts.vms[name] for name in members if name in parts.vms}
    sites = {site for name in members if name in nodes and (site := nodes[name].site)}
    return Stand(
        node=frozenset(members if len(members) == 1 else ()),
        cluster=frozenset({seat} & set(parts.clusters)),
        host=frozenset(hosts),
        site=frozenset(sites),
    )
