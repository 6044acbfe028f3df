# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of our links on a machine: one configuration each, and beside it a key that waits to be used."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.conf import MARK

FOLDER = Path("/etc/wireguard")


def conf_path(interface: str) -> Path:
    """Return where wg-quick looks for an interface."""
    return FOLDER / f"{interface}.conf"


def next_path(interface: str) -> Path:
    """Return where a new private key waits."""
    return FOLDER / f"{interface}.next"


def read_conf(interface: str) -> str:
    """Return our configuration of an interface, empty when there is none; one of somebody else is an error."""
    path = conf_path(interface)
    text = _read(path)
    if text and MARK not in text.partition("\n")[0]:
        raise NodeError(f"{path} was not written by kombify.stack. Move it away, or give the link another name.")
    return text


def read_next(interface: str) -> str:
    """Return the private key that waits, empty when there is none."""
    return _read(next_path(interface)).strip()


def our_interfaces() -> Iterator[str]:
    """Name the interfaces whose files are ours."""
    for path in sorted(FOLDER.glob("wg-*.conf")):
        if MARK in _read(path).partition("\n")[0]:
            yield path.stem
    yield from (path.stem for path in sorted(FOLDER.glob("wg-*.next")) if not path.with_suffix(".conf").exists())


def write_private(path: Path, text: str) -> None:
    """Write a file whole, for root alone: after a crash there is the old one or the new one."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise NodeError(f"{path} cannot be written: {error.strerror}.") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise NodeError(f"{path} cannot be read: {error}.") from error
