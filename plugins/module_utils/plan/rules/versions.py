# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K802, K805, K806: Kubernetes too old for a chart, no image for a processor, an upgrade that skips a version."""

from __future__ import annotations

from packaging.version import Version

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import parse_version
from ansible_collections.kombify.stack.plugins.module_utils.plan.rules.parts import Parts
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import listing


def check_kubernetes(parts: Parts, problems: Problems) -> None:
    """K802: the cluster's Kubernetes is one that the kit's charts accept."""
    for name, service in parts.requirements.services.items():
        cluster = parts.spec.stack.clusters.get(service.cluster or "")
        kit = parts.kit(name)
        if cluster is None or kit is None or kit.targets.helm is None:
            continue
        helm = kit.targets.helm
        for chart, wanted in [
            (helm.chart, helm.kubernetes),
            *((one.chart, one.kubernetes) for one in helm.also.values()),
        ]:
            if wanted is not None and not wanted.contains(cluster.version):
                message = f"chart '{chart or kit.name}' of service '{name}' needs Kubernetes {wanted}"
                message += f", cluster '{service.cluster}' has {cluster.version}"
                hint = f"upgrade the cluster, or use a version of kit '{kit.name}' for {cluster.version}"
                problems.error("K802", message, parts.service_place(name), hint)


def check_architectures(parts: Parts, problems: Problems) -> set[str]:
    """K805: a machine that a service may use has a processor for which there are images; return who has none."""
    nodes = parts.requirements.nodes
    said: set[str] = set()
    for name, service in parts.requirements.services.items():
        if not service.arch:
            continue
        for instance in service.instances:
            if service.cluster is not None:
                machines = list(parts.clusters.get(service.cluster, ()))
            else:
                machines = [nodes[target] for target in instance.targets if target in nodes]
            if not machines or any(node.arch is None or node.arch in service.arch for node in machines):
                continue
            said.add(instance.name)
            found = sorted({node.arch for node in machines if node.arch})
            fitting = [node.name for node in nodes.values() if node.docker and node.arch in service.arch]
            path = ("runs_on",) if parts.spec.has("services", name, "runs_on") else ()
            place = parts.service_place(name, *path)
            if problems.repeats("K805", place):
                continue
            message = f"service '{name}' has images for {' and '.join(service.arch)}"
            message += f", but {listing(node.name for node in machines)} {_is(len(machines))} {' and '.join(found)}"
            hint = f"nodes that fit: {listing(fitting)}" if fitting else "no node of the stack fits"
            problems.error("K805", message, place, hint)
    return said


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def check_upgrades(parts: Parts, problems: Problems) -> None:
    """K806: the step from the locked version of an application to the new one is one that its kit allows."""
    for name, locked in parts.lock.kits.items():
        need, kit = parts.requirements.services.get(name), parts.kit(name)
        if need is None or kit is None or locked.app_version is None or need.app_version is None:
            continue
        step = _forbidden(kit, locked.app_version, need.app_version)
        if step is not None:
            path = next((key for key in ("app_version", "version") if parts.spec.has("services", name, key)), None)
            place = parts.service_place(name, path) if path else parts.service_place(name)
            message = f"service '{name}' cannot go from {locked.app_version} to {need.app_version} in one step"
            why = f" ({kit.upgrade.why})" if kit.upgrade.why else ""
            problems.error("K806", message, place, f"{step}{why}")


def _forbidden(kit: Kit, old_text: str, new_text: str) -> str | None:
    """Return the intermediate step that is needed, or None when the upgrade is allowed."""
    try:
        old, new = parse_version(old_text), parse_version(new_text)
    except ValueError:
        return None
    if new <= old:
        return None
    rules = kit.upgrade
    if not rules.skip_major and new.major > old.major + 1:
        return f"go to {old.major + 1}.x first"
    if not rules.skip_minor and _skips_minor(old, new):
        return f"go to {old.major}.{old.minor + 1} first" if new.major == old.major else f"go to {new.major}.0 first"
    if rules.from_ is not None and not rules.from_.contains(old_text):
        return f"upgrade to a version in {rules.from_} first"
    return None


def _skips_minor(old: Version, new: Version) -> bool:
    if new.major == old.major:
        return new.minor > old.minor + 1
    return new.minor > 0
