# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what Ansible found on a machine to facts for the plan.

A machine may say anything about itself: what is not of the expected type and size is left out, as if unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts, ForeignUse, NodeFacts

Measure = Literal["once", "again", "never"]

MIB = 2**20
MAX_AMOUNT = 2**60
MAX_TEXT = 200
MAX_DEVICES = 64
SYSTEM_MEMORY = 512 * MIB
"""What the operating system itself needs: the reserve of every machine keeps it back already."""
LOAD_STEP = 50
"""Load is told in steps of five hundredths, so that facts of a quiet machine stay the same."""
DATA_FOLDER = PurePosixPath("/var/lib")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm"}

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_DEVICE = re.compile(r"/dev/(kvm|dri|ttyUSB[0-9]+|ttyACM[0-9]+|nvidia[0-9]+)\Z")
_GPU = re.compile(r"/dev/(dri/renderD[0-9]+|nvidia[0-9]+)\Z")


def node_facts(found: Mapping[str, Any], gathered: str) -> NodeFacts:
    """Return the facts of one machine; ``found`` are its ``ansible_facts``, ``gathered`` is the moment."""
    cpu = _amount(found.get("processor_nproc")) or _amount(found.get("processor_vcpus")) or None
    total, used = _storage(found)
    paths = tuple(_texts(found.get("kombify_devices")))
    return NodeFacts(
        gathered=gathered,
        cpu=cpu,
        memory=_memory(found.get("memtotal_mb")) or None,
        storage=total,
        arch=_arch(found.get("architecture")),
        load=_load(found.get("loadavg"), cpu),
        devices=tuple(sorted({path for path in paths if _DEVICE.match(path)})[:MAX_DEVICES]),
        labels=_labels(found, paths),
        foreign=ForeignUse(memory=_memory_in_use(found.get("memory_mb")), storage=used),
    )


def renewed(old: Facts, found: Mapping[str, NodeFacts], nodes: Collection[str], measure: Measure = "once") -> Facts:
    """Return facts with those that were just found; machines that were not reached keep theirs.

    What others use can be told from what our services use only before ours run: ``once`` measures it when a machine
    is new and keeps it, ``again`` takes what is used now, ``never`` counts nothing. Facts of machines that are not
    among ``nodes`` are forgotten.
    """
    kept = {name: facts for name, facts in old.nodes.items() if name in nodes}
    for name in sorted(found.keys() & set(nodes)):
        facts, before = found[name], kept.get(name)
        if measure == "never":
            facts = facts.model_copy(update={"foreign": ForeignUse()})
        elif measure == "once" and before is not None:
            facts = facts.model_copy(update={"foreign": before.foreign})
        kept[name] = facts
    return Facts(nodes={name: kept[name] for name in sorted(kept)})


def differ(one: Facts, other: Facts) -> bool:
    """Tell whether two facts differ in more than when they were gathered."""
    return _undated(one) != _undated(other)


def _undated(facts: Facts) -> dict[str, NodeFacts]:
    return {name: node.model_copy(update={"gathered": ""}) for name, node in facts.nodes.items()}


def _amount(value: object) -> int | None:
    """Return a whole number that is neither negative nor absurd, else None. True is no number."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_AMOUNT:
        return int(value)
    return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> Iterator[str]:
    """Yield those texts of a list that are not overlong."""
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, str) and len(item) <= MAX_TEXT:
            yield str(item)


def _word(value: object) -> str | None:
    """Return a name of letters and digits, else None."""
    return str(value) if isinstance(value, str) and len(value) <= MAX_TEXT and _WORD.match(value) else None


def _memory(mebibytes: object) -> int:
    return min((_amount(mebibytes) or 0) * MIB, MAX_AMOUNT)


def _memory_in_use(memory: object) -> int:
    """Return what is in use without caches, less what every system needs."""
    without_cache = _mapping(_mapping(memory).get("nocache"))
    return max(0, _memory(without_cache.get("used")) - SYSTEM_MEMORY)


def _storage(found: Mapping[str, Any]) -> tuple[int | None, int]:
    """Return size and use in bytes of the file system that holds /var/lib, where services keep their data."""
    holding = {
        path: mount
        for path, mount in _mounts(found)
        if (path == DATA_FOLDER or path in DATA_FOLDER.parents) and _amount(mount.get("size_total"))
    }
    if not holding:
        return None, 0
    mount = holding[max(holding, key=lambda path: len(path.parts))]
    total, free = _amount(mount.get("size_total")) or 0, _amount(mount.get("size_available"))
    return total, max(0, total - free) if free is not None else 0


def _mounts(found: Mapping[str, Any]) -> Iterator[tuple[PurePosixPath, Mapping[str, Any]]]:
    """Yield mounts as ``setup`` lists them, then as ``mount_facts`` does, which knows ZFS and overlays too."""
    listed = found.get("mounts")
    for mount in (*(listed if isinstance(listed, list) else ()), *_mapping(found.get("mount_points")).values()):
        path = _mapping(mount).get("mount")
        if isinstance(path, str) and len(path) <= MAX_TEXT:
            yield PurePosixPath(str(path)), mount


def _arch(value: object) -> str | None:
    word = _word(value)
    return ARCHITECTURES.get(word, word) if word is not None else None


def _load(averages: object, cpu: int | None) -> int | None:
    """Return the load of the last quarter of an hour in thousandths of all cores."""
    average = _mapping(averages).get("15m")
    if cpu is None or isinstance(average, bool) or not isinstance(average, int | float):
        return None
    if not 0 <= average <= MAX_AMOUNT:
        return None
    return round(min(average / cpu, 1) * 1000 / LOAD_STEP) * LOAD_STEP


def _labels(found: Mapping[str, Any], paths: Collection[str]) -> dict[str, str]:
    """Return ``gpu: yes`` when there is one to compute with, and ``virtualization`` when the machine is a guest."""
    labels = {"gpu": "yes"} if any(_GPU.match(path) for path in paths) else {}
    kind = _word(found.get("virtualization_type"))
    if kind is not None and found.get("virtualization_role") == "guest":
        labels["virtualization"] = kind
    return labels
