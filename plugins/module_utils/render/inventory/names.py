# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of groups: a family's word in front, then what the group stands for, in letters that Ansible allows.

Names of nodes, sites, services and so on hold only ``a-z0-9-``, so turning ``-`` into ``_`` never makes two of them
equal; no family's word is the beginning of another's; and a host never has an underscore in its name.
Labels are free text: where two of them would make one name, both get a few letters of their hash.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_]")

Label = tuple[str, str]


def group_name(family: str, *words: str) -> str:
    """Return ``site_hq`` for the family ``site`` and the word ``hq``."""
    return _NOT_ALLOWED.sub("_", "_".join((family, *words)))


def label_groups(labels: Collection[Label]) -> dict[Label, str]:
    """Return the group of every label, each a name of its own."""
    plain = {label: group_name("label", *label) for label in labels}
    times = Counter(plain.values())
    return {label: name if times[name] == 1 else f"{name}_{_hash(label)}" for label, name in plain.items()}


def _hash(label: Label) -> str:
    return hashlib.sha256("=".join(label).encode()).hexdigest()[:8]
