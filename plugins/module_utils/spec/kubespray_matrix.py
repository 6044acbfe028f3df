# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kubespray release ships what: facts as data, read off the check sums of every tag.

A version that is not listed cannot be downloaded by that release, so the play would end in the middle.
``ansible``, ``etcd`` and ``containerd`` are the single versions that a release pins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

Version = tuple[int, int, int]

# The day on which this file was last compared with the outside world; support ends are measured against it.
CHECKED = "2026-11-21"

# The day after which a minor version of Kubernetes gets no more fixes.
KUBERNETES_END = {
    "1.26": "2024-02-28",
    "1.27": "2024-07-16",
    "1.28": "2024-10-22",
    "1.29": "2025-02-28",
    "1.30": "2025-07-15",
    "1.31": "2025-11-11",
    "1.32": "2026-02-28",
    "1.33": "2026-06-28",
    "1.34": "2026-10-27",
    "1.35": "2027-02-28",
    "1.36": "2027-06-28",
}

_VERSION = re.compile(r"v?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})\Z")


@dataclass(frozen=True, slots=True)
class Release:
    """One tag of kubespray; ``1.28.0-3,5`` stands for 1.28.0 to 1.28.3 and 1.28.5."""

    tag: str
    ansible: str
    kubernetes: str
    calico: str
    etcd: str
    containerd: str

    def ships(self, kubernetes: str, calico: str | None = None) -> bool:
        """Tell whether this release can install both versions."""
        return parse_version(kubernetes) in versions(self.kubernetes) and (
            calico is None or parse_version(calico) in versions(self.calico)
        )


_CALICO_24 = "3.22.3-5 3.23.0-5 3.24.0-6 3.25.0-2 3.26.0-4"
_CALICO_26 = "3.23.4-5 3.24.0-6 3.25.0-2 3.26.0-4 3.27.0-3 3.28.0-1"

RELEASES = (
    Release("v2.24.0", "8.5.0", "1.26.0-13 1.27.0-10 1.28.0-6", _CALICO_24, "3.5.10", "1.7.11"),
    Release("v2.24.1", "8.5.0", "1.26.0-13 1.27.0-10 1.28.0-6", _CALICO_24, "3.5.10", "1.7.13"),
    Release("v2.24.2", "8.5.0", "1.26.0-15 1.27.0-14 1.28.0-10", _CALICO_24, "3.5.10", "1.7.13"),
    Release("v2.24.3", "8.5.0", "1.26.0-15 1.27.0-16 1.28.0-14", _CALICO_24, "3.5.16", "1.7.22"),
    Release(
        "v2.25.0",
        "9.5.1",
        "1.27.0-14 1.28.0-10 1.29.0-5",
        "3.23.4-5 3.24.0-6 3.25.0-2 3.26.0-4 3.27.0-3",
        "3.5.12",
        "1.7.16",
    ),
    Release(
        "v2.25.1",
        "9.5.1",
        "1.27.0-16 1.28.0-15 1.29.0-10",
        "3.23.4-5 3.24.0-6 3.25.0-2 3.26.0-4 3.27.0-4",
        "3.5.16",
        "1.7.22",
    ),
    Release("v2.26.0", "9.8.0", "1.28.0-12 1.29.0-7 1.30.0-4", _CALICO_26, "3.5.12", "1.7.21"),
    Release("v2.26.1", "9.8.0", "1.28.0-15 1.29.0-10 1.30.0-6", _CALICO_26, "3.5.16", "1.7.23"),
    Release("v2.27.0", "9.13.0", "1.29.0-12 1.30.0-8 1.31.0-4", "3.27.0-5 3.28.0-2 3.29.0-1", "3.5.16", "1.7.24"),
    Release(
        "v2.27.1",
        "9.13.0",
        "1.29.0-15 1.30.0-13 1.31.0-9",
        "3.25.2 3.26.0-5 3.27.0-5 3.28.0-3 3.29.0-4",
        "3.5.21",
        "1.7.27",
    ),
    Release("v2.28.0", "9.13.0", "1.30.0-13 1.31.0-9 1.32.0-5", "3.27.0,2-5 3.28.0-4 3.29.0-3", "3.5.16", "2.0.5"),
    Release("v2.28.1", "9.13.0", "1.30.0-14 1.31.0-12 1.32.0-8", "3.27.0,2-5 3.28.0-5 3.29.0-5", "3.5.22", "2.0.6"),
    Release("v2.29.0", "10.7.0", "1.31.0-13 1.32.0-9 1.33.0-5", "3.28.0-5 3.29.0-6 3.30.0-3", "3.5.23", "2.1.4"),
    Release("v2.29.1", "10.7.0", "1.31.0-14 1.32.0-10 1.33.0-7", "3.28.0-5 3.29.0-7 3.30.0-5", "3.5.25", "2.1.5"),
    Release("v2.30.0", "10.7.0", "1.32.0-11 1.33.0-7 1.34.0-3", "3.28.0-5 3.29.0-7 3.30.0-6", "3.5.26", "2.2.1"),
    Release("v2.31.0", "11.13.0", "1.33.0-11 1.34.0-7 1.35.0-4", "3.29.0-7 3.30.0-7 3.31.0-5", "3.5.29", "2.2.3"),
)
TAGS = {release.tag: release for release in RELEASES}


def parse_version(text: str) -> Version | None:
    """Read ``1.28.5`` or ``v1.28.5``; None for anything that is not a full version."""
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


@lru_cache(maxsize=128)
def versions(ranges: str) -> frozenset[Version]:
    """Count out the versions of a line in the table."""
    found: set[Version] = set()
    for word in ranges.split():
        major, minor, patches = word.split(".")
        for part in patches.split(","):
            low, _dash, high = part.partition("-")
            found.update((int(major), int(minor), patch) for patch in range(int(low), int(high or low) + 1))
    return frozenset(found)


def release_for(kubernetes: str, calico: str | None = None) -> Release | None:
    """Return the newest release that ships both versions, or None."""
    return next((release for release in reversed(RELEASES) if release.ships(kubernetes, calico)), None)


@dataclass(frozen=True, slots=True)
class WorkingSet:
    """Versions that one release ships together."""

    release: Release
    kubernetes: str
    calico: str | None


def nearest_set(kubernetes: str, calico: str | None = None) -> WorkingSet:
    """Return the working set nearest to what was wanted: Kubernetes counts before Calico, then the newest release."""
    wanted, network = _wanted(kubernetes), _wanted(calico or "0")

    def distance(release: Release) -> tuple[Version, Version]:
        kube, cni = _nearest(release.kubernetes, wanted), _nearest(release.calico, network)
        return _apart(kube, wanted), _apart(cni, network) if calico else (0, 0, 0)

    best = min(reversed(RELEASES), key=distance)
    cni = _text(_nearest(best.calico, network)) if calico else None
    return WorkingSet(best, _text(_nearest(best.kubernetes, wanted)), cni)


def end_of_support(kubernetes: str) -> str | None:
    """Return the day on which the support of a version of Kubernetes ended, or None while it lasts."""
    version = parse_version(kubernetes)
    if version is None:
        return None
    minor = f"{version[0]}.{version[1]}"
    oldest = next(iter(KUBERNETES_END))
    if version < _wanted(oldest):
        return KUBERNETES_END[oldest]
    end = KUBERNETES_END.get(minor)
    return end if end is not None and end <= CHECKED else None


def supported() -> list[str]:
    """Return the minor versions of Kubernetes that still get fixes."""
    return [minor for minor, end in KUBERNETES_END.items() if end > CHECKED]


def _wanted(text: str) -> Version:
    """Read as much of a version as there is: ``1.34`` means the newest 1.34."""
    numbers = [int(number[:4]) for number in re.findall(r"[0-9]+", text)[:3]]
    major, minor, patch = [*numbers, *(0, 0, 9999)[len(numbers) :]]
    return major, minor, patch


def _nearest(ranges: str, wanted: Version) -> Version:
    return min(sorted(versions(ranges), reverse=True), key=lambda version: _apart(version, wanted))


def _apart(one: Version, other: Version) -> Version:
    return abs(one[0] - other[0]), abs(one[1] - other[1]), abs(one[2] - other[2])


def _text(version: Version) -> str:
    return ".".join(str(number) for number in version)
