# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the model cannot see in one place: names that must exist elsewhere in the kit, pinned images, sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.kits.containers import Container
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.params import param_fault
from ansible_collections.kombify.stack.plugins.module_utils.kits.references import fault, references
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Mapping, closest, key_at
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import format_cpu, format_size

Path = tuple[str | int, ...]

_TAG = re.compile(r"[^/:@\s]+(?::[0-9]+)?(?:/[^/:@\s]+)+:(?P<tag>[\w][\w.${}-]*)(?:@sha256:[0-9a-f]{64})?\Z")
_MOVING = frozenset({"latest", "stable", "edge", "main", "master", "nightly", "dev", "release", "canary"})
_EGRESS = re.compile(r"(?:internet|lan|nodes)(?::[0-9]{1,5})?\Z|kubernetes\Z")


def check_kit(kit: Kit, plain: dict[str, Any], tree: Mapping, problems: Problems) -> None:
    """Append every problem of a kit whose single values are all right."""
    for path, known, what in _names(kit):
        if str(path[-1]) not in known:
            _unknown(str(path[-1]), known, what, path[:-1], tree, problems)
    for name, container in kit.containers.items():
        _check_image(name, container, tree, problems)
    for name, param in kit.params.items():
        wrong = param_fault(param, param.default) if param.default is not None else None
        if wrong:
            problems.error("K310", f"the default of '{name}' {wrong}", closest(tree, ("params", name, "default")).place)
    _check_references(kit, plain, tree, problems)
    _check_shares(kit, tree, problems)
    _check_targets(kit, tree, problems)
    _check_volumes(kit, tree, problems)


def _names(kit: Kit) -> Iterator[tuple[Path, Iterable[str], str]]:
    """Yield every name that stands for something else in the kit: its path, what exists, its kind."""
    for name, container in kit.containers.items():
        at: Path = ("containers", name)
        for mount, volume in container.mounts.items():
            yield (*at, "mounts", mount, volume.volume), kit.volumes, "volume"
        for other in container.after:
            yield (*at, "after", other), kit.containers, "container"
        for device in container.devices:
            yield (*at, "devices", device), kit.devices, "device"
        if container.like is not None:
            yield (*at, "like", container.like), kit.containers, "container"
        for requirement in container.when:
            yield (*at, "when", requirement), kit.requires, "requirement"
        check = (container.health.http or container.health.tcp) if container.health else None
        if check:
            yield (*at, "health", check.port), kit.ports, "port"
    for name, port in kit.ports.items():
        if port.container is not None:
            yield ("ports", name, "container", port.container), kit.containers, "container"
    yield from _capability_names(kit)
    yield from _later_names(kit)


def _capability_names(kit: Kit) -> Iterator[tuple[Path, Iterable[str], str]]:
    for name, requirement in kit.requires.items():
        if requirement.port is not None:
            yield ("requires", name, "port", requirement.port), kit.ports, "port"
        if requirement.bundled:
            for container in requirement.bundled.containers:
                yield ("requires", name, "bundled", "containers", container), kit.containers, "container"
            for volume in requirement.bundled.volumes:
                yield ("requires", name, "bundled", "volumes", volume), kit.volumes, "volume"
    for index, provided in enumerate(kit.provides):
        if provided.port is not None:
            yield ("provides", index, "port", provided.port), kit.ports, "port"
        if provided.version_param is not None:
            yield ("provides", index, "version_param", provided.version_param), kit.params, "param"


def _later_names(kit: Kit) -> Iterator[tuple[Path, Iterable[str], str]]:
    for hook in type(kit.hooks).model_fields:
        command = getattr(kit.hooks, hook)
        if command:
            yield ("hooks", hook, "container", command.container), kit.containers, "container"
    for index, test in enumerate(kit.test):
        step = test.http or test.tcp
        if step:
            yield ("test", index, "http" if test.http else "tcp", "port", step.port), kit.ports, "port"
        if test.command:
            yield ("test", index, "command", "container", test.command.container), kit.containers, "container"
    for index, target in enumerate(kit.security.egress):
        if not _EGRESS.match(target):
            yield ("security", "egress", index, target), kit.requires, "requirement"


def _unknown(name: str, known: Iterable[str], what: str, path: Path, tree: Mapping, problems: Problems) -> None:
    words = ", ".join(known) or "none"
    hint = did_you_mean(name, known, f"the kit's {what}s: {words}")
    problems.error("K207", f"'{name}' is not a {what} of this kit", closest(tree, path).place, hint)


def _check_references(kit: Kit, plain: dict[str, Any], tree: Mapping, problems: Problems) -> None:
    used = {provided.version_param for provided in kit.provides}
    asked: set[str] = set()
    for reference in references(plain):
        found = fault(reference, kit)
        if found:
            problems.error("K207", found[0], closest(tree, reference.path).place, found[1])
        elif reference.steps[0] == "params":
            used.add(reference.steps[1])
        elif reference.steps[0] == "requires":
            asked.add(reference.steps[1])
    used.update(param.token.key for param in kit.params.values() if param.token)
    idle = [("params", name) for name in kit.params if name not in used]
    idle += [("requires", name) for name, one in kit.requires.items() if one.optional and name not in asked]
    for section, name in idle:
        message = f"{section}.{name} is never used"
        hint = f"refer to it with ${{{section}.{name}…}}, or remove it"
        problems.warning("K312", message, key_at(tree, (section, name)).place, hint)


def _check_image(name: str, container: Container, tree: Mapping, problems: Problems) -> None:
    path: Path = ("containers", name)
    if container.image is None and container.like is None:
        message = f"container '{name}' has neither image nor like"
        problems.error("K205", message, key_at(tree, path).place, "write image: registry/name:tag, or like: container")
    elif container.image is not None:
        match = _TAG.match(container.image)
        if match is None or match["tag"].partition("-")[0] in _MOVING:
            message = f"image '{container.image}' is not pinned"
            hint = "write registry/name:version; latest and the like change without notice"
            problems.error("K207", message, closest(tree, (*path, "image")).place, hint)


def _own(kit: Kit) -> dict[str, Container]:
    """Return the containers that always run, without those of bundled capabilities."""
    bundled = {name for one in kit.requires.values() if one.bundled for name in one.bundled.containers}
    return {name: one for name, one in kit.containers.items() if name not in bundled and one.runs == "always"}


def _check_shares(kit: Kit, tree: Mapping, problems: Problems) -> None:
    """What the containers ask for is what the kit asks for; a container that says nothing takes the rest."""
    own = _own(kit).values()
    shares = [container.resources for container in own if container.resources]
    if not shares:
        return
    silent = len(shares) < len(own)
    for kind, total, stated, show in (
        ("cpu", sum(share.cpu.request for share in shares), kit.resources.cpu.request, format_cpu),
        ("memory", sum(share.memory.request for share in shares), kit.resources.memory.request, format_size),
    ):
        if total > stated or (total < stated and not silent):
            message = f"{kind} of the containers adds up to {show(total)}, the kit requests {show(stated)}"
            problems.error("K205", message, closest(tree, ("resources", kind, "request")).place, f"write {show(total)}")


def _check_targets(kit: Kit, tree: Mapping, problems: Problems) -> None:
    helm = kit.targets.helm
    if kit.containers or kit.targets.host or (helm and (helm.chart or helm.objects)):
        if kit.targets.compose is not None and not kit.containers:
            place = key_at(tree, ("targets", "compose")).place
            problems.error("K205", "compose needs containers", place, "add containers:, or remove compose")
        return
    message = "there is nothing to run: no containers, chart or host package"
    problems.error("K205", message, key_at(tree, ("targets",)).place, "add containers:")


def _check_volumes(kit: Kit, tree: Mapping, problems: Problems) -> None:
    if not kit.containers:
        return
    used: set[Any] = {mount.volume for one in kit.containers.values() for mount in one.mounts.values()}
    for name in kit.volumes:
        if name not in used:
            place = key_at(tree, ("volumes", name)).place
            problems.error("K207", f"no container mounts volume '{name}'", place, "mount it, or remove it")
