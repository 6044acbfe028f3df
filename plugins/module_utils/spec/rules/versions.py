# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K801, K803, K810: open versions, versions that do not go together, versions out of support."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.kubespray_matrix import (
    CHECKED,
    TAGS,
    end_of_support,
    nearest_set,
    parse_version,
    release_for,
    supported,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.clusters import Cluster
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import by_policy
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Path

_MOVING = frozenset({"latest", "stable", "*", "x", "main", "master", "edge"})


def check_open_versions(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K801: without an upper end the next run may install something else."""
    mode = spec.stack.policies.versions.mode
    for path, version in _versions(spec):
        if _is_open(version):
            message = f"version '{version}' of '{path[1]}' is open: a later run may find another one"
            hint = "kombination.lock will keep the version that is found; write it here to see it"
            by_policy(problems, mode, "K801", message, spec.place(*path), hint)


def _versions(spec: Spec) -> Iterator[tuple[Path, str]]:
    for name, service in spec.stack.services.items():
        for key, version in (("version", service.version), ("app_version", service.app_version)):
            if version:
                yield ("services", name, key), version
    for name, database in spec.stack.databases.items():
        if database.version:
            yield ("databases", name, "version"), database.version


def _is_open(version: str) -> bool:
    if version.lower() in _MOVING:
        return True
    parts = [part.strip() for part in version.split(",")]
    return any(part.startswith(">") for part in parts) and not any(
        part.startswith(("<", "=", "~", "^")) for part in parts
    )


def check_clusters(spec: Spec, scope: Scope, problems: Problems) -> None:
    """Check each cluster's versions, and that its etcd can vote."""
    for name, cluster in spec.stack.clusters.items():
        _check_set(spec, problems, name, cluster)
        _check_support(spec, problems, name, cluster)
        _check_etcd(spec, scope, problems, name, cluster)


def _check_set(spec: Spec, problems: Problems, name: str, cluster: Cluster) -> None:
    calico = cluster.cni.version if cluster.cni.name == "calico" else None
    tag = cluster.kubespray
    if tag is not None and tag not in TAGS:
        _check_tag(spec, problems, name, tag)
        return
    if TAGS[tag].ships(cluster.version, calico) if tag else release_for(cluster.version, calico):
        return
    versions = f"Kubernetes {cluster.version}" + (f" with Calico {calico}" if calico else "")
    message = f"kubespray {tag} does not ship {versions}" if tag else f"no kubespray release ships {versions}"
    near = nearest_set(cluster.version, calico)
    together = f"{near.kubernetes} + {near.calico}" if near.calico else near.kubernetes
    place = spec.place("clusters", name, "kubespray" if tag else "version")
    problems.error("K803", message, place, f"nearest working set: {together} → {near.release.tag}")


def _check_tag(spec: Spec, problems: Problems, name: str, tag: str) -> None:
    """A tag inside the table's span that is not in it does not exist; newer ones and branches are not known here."""
    version, newest = parse_version(tag), parse_version(list(TAGS)[-1])
    if version is None or newest is None or version > newest:
        return
    hint = did_you_mean(tag, TAGS, f"known: {', '.join(TAGS)}")
    problems.error("K803", f"there is no kubespray {tag} to work with", spec.place("clusters", name, "kubespray"), hint)


def _check_support(spec: Spec, problems: Problems, name: str, cluster: Cluster) -> None:
    end = end_of_support(cluster.version)
    if end:
        minor = ".".join(cluster.version.removeprefix("v").split(".")[:2])
        message = f"Kubernetes {minor} of cluster '{name}' has had no support since {end}"
        hint = f"supported on {CHECKED}: {', '.join(supported())}; upgrade one minor version at a time"
        by_policy(
            problems, spec.stack.policies.versions.mode, "K810", message, spec.place("clusters", name, "version"), hint
        )


def _check_etcd(spec: Spec, scope: Scope, problems: Problems, name: str, cluster: Cluster) -> None:
    key = "etcd" if cluster.etcd else "control_plane"
    try:
        members = scope.select(cluster.etcd or cluster.control_plane)
    except BadTerm:
        return
    if members and len(members) % 2 == 0:
        message = f"etcd of cluster '{name}' would have {len(members)} members, and an even number adds no safety"
        hint = "use 1, 3 or 5 nodes, or name an odd number of them under etcd:"
        problems.error("K207", message, spec.place("clusters", name, key), hint)
