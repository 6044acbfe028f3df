# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the value that a reference names. No message ever repeats a value, and keys are listed by name alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.sops import decrypt_sops
from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.unreadable import SecretUnreadable
from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.vault import read_vault
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import SecretRef, parse_secret_ref


@dataclass(frozen=True)
class Surroundings:
    """What references are read in: files count from a folder, and two stores need to be told how they are opened."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    vault_address: str | None = None
    decrypt: Callable[[Path], Any] | None = None
    """Opens a file that ansible-vault closed; Ansible knows its passwords."""


def read_secret(text: str, around: Surroundings) -> str:
    """Return the value that a reference names; raise :class:`SecretUnreadable` when it cannot be had."""
    reference = parse_secret_ref(text)
    if reference is None:
        raise SecretUnreadable("the text is no reference to a secret", "write SCHEME:PATH#KEY, as in env:NAME")
    value = _READERS[reference.scheme](reference, around)
    if not value:
        raise SecretUnreadable(f"{_shown(reference)} is empty", "store a value there")
    return value


def _env(reference: SecretRef, around: Surroundings) -> str:
    if reference.path not in around.environ:
        raise SecretUnreadable(f"{reference.path} is not set in the environment", f"export {reference.path} first")
    return around.environ[reference.path]


def _file(reference: SecretRef, around: Surroundings) -> str:
    path = around.folder / reference.path
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise SecretUnreadable(f"{path} does not exist", "create it with mode 0600") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SecretUnreadable(f"{path} cannot be read: {reason}", "check the file and its owner") from error


def _vault(reference: SecretRef, around: Surroundings) -> str:
    return _entry(read_vault(reference.path, around.environ, around.vault_address), reference)


def _sops(reference: SecretRef, around: Surroundings) -> str:
    return _entry(decrypt_sops(around.folder / reference.path), reference)


def _ansible_vault(reference: SecretRef, around: Surroundings) -> str:
    if around.decrypt is None:
        raise SecretUnreadable(f"{_shown(reference)} can be opened by Ansible alone", "use it in a play")
    return _entry(around.decrypt(around.folder / reference.path), reference)


def _keychain(reference: SecretRef, _around: Surroundings) -> str:
    try:
        import keyring
    except ImportError as error:
        raise SecretUnreadable("the keychain needs the Python package keyring", "pip install keyring") from error
    value: str | None = keyring.get_password("kombify", reference.path)
    if value is None:
        raise SecretUnreadable(f"the keychain has no {reference.path}", f"keyring set kombify {reference.path}")
    return value


def _entry(data: Any, reference: SecretRef) -> str:
    """Walk to a key such as ``a.b``; a key that has a dot in its own name is found too."""
    if reference.key is None:
        raise SecretUnreadable(f"{_shown(reference)} names no key", "add #KEY")
    for key in (reference.key,) if isinstance(data, dict) and reference.key in data else reference.key.split("."):
        if not isinstance(data, dict) or key not in data:
            known = ", ".join(sorted(map(str, data))) if isinstance(data, dict) else "none"
            raise SecretUnreadable(f"{_shown(reference)} does not exist", f"keys that exist there: {known}")
        data = data[key]
    if isinstance(data, dict | list):
        raise SecretUnreadable(f"{_shown(reference)} is no single value", "name one of its keys")
    return str(data)


def _shown(reference: SecretRef) -> str:
    key = f"#{reference.key}" if reference.key else ""
    return f"{reference.scheme}:{reference.path}{key}"


_READERS: dict[str, Callable[[SecretRef, Surroundings], str]] = {
    "ansible-vault": _ansible_vault,
    "env": _env,
    "file": _file,
    "keychain": _keychain,
    "sops": _sops,
    "vault": _vault,
}
