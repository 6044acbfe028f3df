# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README of a kit: what a user wants to know before choosing it, generated so that it never disagrees."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.params import describe
from ansible_collections.kombify.stack.plugins.module_utils.kits.requirements import Requirement
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import format_cpu, format_size

README_FILE = "README.md"
_TARGETS = {"compose": "Docker Compose", "helm": "Kubernetes", "host": "any Linux machine (systemd)"}


def readme_text(kit: Kit) -> str:
    """Return the content of a kit's ``README.md``."""
    runs_on = ", ".join(words for target, words in _TARGETS.items() if getattr(kit.targets, target) is not None)
    lines = [
        "<!-- Generated from kit.yaml. -->",
        f"# {kit.title}",
        "",
        f"{kit.summary}. <{kit.home}>",
        "",
        f"Version {kit.app_version} · {kit.licence} · {' and '.join(kit.arch)} · runs on {runs_on}",
        "",
        "```yaml",
        "services:",
        f"  {kit.name}:",
        "```",
    ]
    lines += _section("Takes", _takes(kit))
    lines += _section("Needs", (_need(name, one) for name, one in kit.requires.items()))
    lines += _section("Params", (f"`{name}`: {describe(param)}" for name, param in kit.params.items()))
    lines += _section("Good to know", kit.notes)
    return "\n".join(lines) + "\n"


def _section(title: str, items: Iterable[str]) -> list[str]:
    listed = [f"- {item}" for item in items]
    return ["", f"## {title}", "", *listed] if listed else []


def _takes(kit: Kit) -> Iterable[str]:
    cpu, memory = kit.resources.cpu, kit.resources.memory
    cores = f"up to {format_cpu(cpu.limit)}" if cpu.limit else "no limit"
    most = f"up to {format_size(memory.limit)}" if memory.limit else "no limit"
    yield f"processor {format_cpu(cpu.request)} ({cores}), memory {format_size(memory.request)} ({most})"
    for name, volume in kit.volumes.items():
        saved = "backed up" if volume.backup else "not backed up"
        why = f": {volume.why}" if volume.why else ""
        yield f"volume `{name}` {format_size(volume.size)}, {volume.class_}, {saved}{why}"
    yield f"where the figures come from: {kit.figures}"


def _need(name: str, requirement: Requirement) -> str:
    version = f" {requirement.version}" if requirement.version else ""
    extensions = f" with {', '.join(requirement.extensions)}" if requirement.extensions else ""
    kind = ""
    if requirement.bundled:
        kind = ", brings its own" if not requirement.pooled else ", brings its own when none fits"
    elif requirement.optional:
        kind = ", optional"
    why = f": {requirement.why}" if requirement.why else ""
    return f"`{name}`: {requirement.type}{version}{extensions}{kind}{why}"
