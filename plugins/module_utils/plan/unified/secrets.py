# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where secrets that nobody wrote down will be kept: references only, in the store of the stack, held by the lock."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import DatabaseInstance
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import Stack

# How each store names a place; {path} has slashes, {dotted} dots, {word} only letters, digits and underscores.
_PLACES = {
    "vault": "kv/{stack}/{path}#{key}",
    "sops": "secrets/{stack}.sops.yaml#{dotted}.{key}",
    "ansible-vault": "group_vars/all/vault.yml#{word}_{key}",
    "keychain": "kombify.{stack}.{dotted}.{key}",
    "env": "{word}_{key}",
    "file": "/run/secrets/{word}_{key}",
}


class SecretPlaces:
    """Names the place of each secret: where the lock says, else where the stack's store keeps such things."""

    def __init__(self, stack: Stack, locked: Mapping[str, str]) -> None:
        self.stack = stack
        self.locked = locked

    def place(self, owner: str, key: str, generate: int | None = None) -> str:
        """Return the reference of one secret of an owner, such as a service."""
        known = self.locked.get(f"{owner}/{key}")
        if known is not None:
            return known
        store = self.stack.secrets.store
        words = {"path": owner, "dotted": owner.replace("/", "."), "word": re.sub(r"\W", "_", owner), "key": key}
        made = f"?generate={generate}" if generate is not None else ""
        return f"{store}:{_PLACES[store].format(stack=self.stack.name, **words)}{made}"


def service_secrets(need: ServiceNeed, draft: Draft | None, places: SecretPlaces) -> dict[str, str]:
    """Return the secrets of a service: those that the user wrote, and those that its kit makes by itself."""
    found = dict(need.secrets)
    for name, param in (draft.kit.params if draft and draft.kit else {}).items():
        made = param.generate is not None or param.token is not None
        if param.type == "secret" and made and name not in need.params and name not in found:
            length = param.generate if isinstance(param.generate, int) else None
            found[name] = places.place(need.name, name, length)
    return found


def locked_secrets(
    services: Mapping[str, Mapping[str, str]], databases: Mapping[str, DatabaseInstance]
) -> dict[str, str]:
    """Return what the lock keeps: the place of every secret, by owner and key."""
    found = {f"{name}/{key}": place for name, secrets in services.items() for key, place in secrets.items()}
    for name, instance in databases.items():
        found |= {f"databases/{name}/{tenant.service}/password": tenant.password for tenant in instance.tenants}
    return found
