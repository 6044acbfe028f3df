# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets are references, ``vault:kv/apps/nextcloud#admin?generate=32&rotate=90d``; their values never enter a spec."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.spec.units import (
    DURATION_UNITS,
    problem,
)

SCHEMES = ("vault", "sops", "ansible-vault", "keychain", "env", "file")

_REFERENCE = re.compile(
    r"(?:(?P<scheme>[a-z-]+):)?(?P<path>[^#?\s]+)(?:#(?P<key>[^#?\s]+))?(?:\?(?P<options>[A-Za-z0-9_=&.-]+))?\Z"
)
_GENERATE = re.compile(r"[0-9]{1,3}\Z")
_ROTATE = re.compile(rf"[0-9]{{1,5}}({'|'.join(DURATION_UNITS)})\Z")


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is kept, and how it is made when it is not there yet."""

    scheme: str
    path: str
    key: str | None
    generate: int | None
    rotate: str | None


def is_secret_ref(text: str) -> bool:
    """Tell whether a text names a place of a secret rather than being one."""
    return text.partition(":")[0] in SCHEMES and ":" in text


def parse_secret_ref(text: str, default_scheme: str = "vault") -> SecretRef | None:
    """Read a reference, or return None for anything else; a path with a #key may leave out the scheme."""
    match = _REFERENCE.match(text)
    if match is None or (match["scheme"] not in SCHEMES if match["scheme"] else match["key"] is None):
        return None
    options = dict(option.partition("=")[::2] for option in (match["options"] or "").split("&") if option)
    generate, rotate = options.pop("generate", None), options.pop("rotate", None)
    if options or (generate and not _GENERATE.match(generate)) or (rotate and not _ROTATE.match(rotate)):
        return None
    scheme = match["scheme"] or default_scheme
    return SecretRef(scheme, match["path"], match["key"], int(generate) if generate else None, rotate)


def check_secret(value: Any) -> Any:
    """Validate a field that must hold a reference (K901)."""
    if not isinstance(value, str) or parse_secret_ref(value) is None:
        # The value itself is not repeated: it may well be the secret.
        raise problem(
            "K901",
            "a secret must be a reference, not the value itself",
            "write vault:kv/PATH#KEY?generate=24",
        )
    return value
