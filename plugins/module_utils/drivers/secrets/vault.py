# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vault and OpenBao, version 2 of their key-value engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.unreadable import SecretUnreadable

SECONDS = 15


def read_vault(path: str, environ: Mapping[str, str], address: str | None) -> dict[str, Any]:
    """Return the entry at ``MOUNT/PATH``. The token is taken from ``VAULT_TOKEN``, as their own programs take it."""
    import hvac
    import requests
    from hvac.exceptions import Forbidden, InvalidPath, VaultDown, VaultError

    mount, _, name = path.partition("/")
    address = environ.get("VAULT_ADDR") or address
    token = environ.get("VAULT_TOKEN")
    if not name:
        raise SecretUnreadable(f"vault:{path} names no entry", "write vault:MOUNT/PATH#KEY")
    if not address:
        raise SecretUnreadable("the address of Vault is unknown", "set secrets.vault.address, or export VAULT_ADDR")
    if not token:
        raise SecretUnreadable(f"Vault at {address} asks who we are", "export VAULT_TOKEN")
    client = hvac.Client(url=address, token=token, verify=environ.get("VAULT_CACERT") or True, timeout=SECONDS)
    try:
        answer = client.secrets.kv.v2.read_secret_version(name, mount_point=mount, raise_on_deleted_version=True)
    except InvalidPath as error:
        raise SecretUnreadable(f"Vault has nothing at {path}", f"bao kv put -mount={mount} {name} KEY=-") from error
    except Forbidden as error:
        raise SecretUnreadable(f"Vault refuses to show {path}", "check the policies of VAULT_TOKEN") from error
    except VaultDown as error:
        raise SecretUnreadable(f"Vault at {address} is sealed", "unseal it first") from error
    except (VaultError, requests.RequestException) as error:
        raise SecretUnreadable(f"Vault at {address} does not answer: {type(error).__name__}", "check it") from error
    return dict(answer["data"]["data"])
