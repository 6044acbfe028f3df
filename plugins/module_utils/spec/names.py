# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names: which ones are allowed, and the order in which people expect them (``n2`` before ``n10``)."""

from __future__ import annotations

import re
from functools import lru_cache

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
RESERVED = frozenset(
    {
        "all",
        "localhost",
        "ungrouped",
        "kube-control-plane",
        "kube-node",
        "k8s-cluster",
        "etcd",
        "calico-rr",
        "bastion",
        "gateways",
        "links",
    }
)

_DIGITS = re.compile(r"([0-9]+)")


@lru_cache(maxsize=65536)
def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that counts numbers inside a name."""
    return tuple((0, int(part), part) if part.isdigit() else (1, 0, part) for part in _DIGITS.split(name) if part)


def cleaned(name: str) -> str:
    """Return the nearest allowed name: ``My_NAS`` becomes ``my-nas``."""
    tidy = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9]+", "-", name.lower())).strip("-")[:63].strip("-") or "name"
    return f"{tidy}-1" if tidy in RESERVED else tidy


def name_fault(name: str) -> str | None:
    """Say what is wrong with a name, or None."""
    if name in RESERVED or name.replace("_", "-") in RESERVED:
        return f"'{name}' is a reserved name"
    if not NAME.match(name):
        return f"'{name}' is not a name: only a-z, 0-9 and - are allowed, 63 characters at most"
    return None
